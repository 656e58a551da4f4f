import {
  adaptStandalone,
  type StandaloneHostPlan,
  StandaloneSettings,
  type WorkloadPlan,
} from "../../../components/orchestration/index.ts";
import { FULL_KEEPER, FULL_VOLUME, fullWorkload } from "../../support/full-workload.ts";
import { adapterInput } from "../../support/workload.ts";

/** Settings of a host's network, each with a value of its own. */
const NETWORK = {
  driver: "bridge",
  subnet: "10.31.0.0/20",
  gateway: "10.31.0.7",
  addressRange: "10.31.4.0/22",
  driverOptions: { mtu: "1387" },
};

/** What a host is told of workloads that say something at every leaf. The one that keeps data comes behind the other. */
export function fullHost(engine: "docker" | "podman"): StandaloneHostPlan {
  // In place, so that its name has no version.
  const plain = fullWorkload();
  const cache = fullWorkload({
    update: { ...plain.update, order: "stop-first" },
    replicas: { mode: "replicated", min: 1, max: 1 },
  });
  const keeper: WorkloadPlan = { ...FULL_KEEPER, key: "store", name: "flame-staging-store", dependsOn: ["cache"] };
  const settings = StandaloneSettings.parse({ kind: "standalone", engine, network: NETWORK });
  const [host] = adaptStandalone(adapterInput("standalone", [cache, keeper], [FULL_VOLUME]), settings).hosts;
  if (!host) throw new Error("the plan has a host");
  return host;
}

/** The container of a workload on it. */
export function containerIn({ containers }: StandaloneHostPlan, key: string) {
  const found = containers.find((one) => one.key === key);
  if (!found) throw new Error(`the host has ${key}`);
  return found;
}

/** What stands for a digest of all that a container is. */
export const REVISION = /^[0-9a-f]{8}$/;
