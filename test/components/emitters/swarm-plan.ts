import {
  adaptSwarm,
  type SwarmPlan,
  SwarmSettings,
  type WorkloadPlan,
} from "../../../components/orchestration/index.ts";
import { FULL_KEEPER, FULL_VOLUME, fullWorkload } from "../../support/full-workload.ts";
import { adapterInput } from "../../support/workload.ts";

/** Settings of a Swarm, each with a value of its own. */
const SETTINGS = {
  kind: "swarm",
  network: {
    subnet: "10.51.0.0/20",
    attachable: true,
    internal: false,
    encrypted: true,
    driverOptions: { mtu: "1387" },
  },
  restart: { delaySeconds: 9, windowSeconds: 127 },
};

/** What a Swarm is told of workloads that say something at every leaf. The one that keeps data comes behind the other. */
export function fullSwarm(): SwarmPlan {
  const keeper: WorkloadPlan = { ...FULL_KEEPER, key: "store", name: "flame-staging-store", dependsOn: ["cache"] };
  const rules = [{ path: "/etc/cache/rules.yaml", content: "a: 1\n" }];
  return adaptSwarm(
    adapterInput("swarm", [fullWorkload({ files: rules }), keeper], [FULL_VOLUME]),
    SwarmSettings.parse(SETTINGS),
  );
}
