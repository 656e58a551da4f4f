import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { kubernetesPlanOf } from "../../test/support/kubernetes.ts";
import { adapterInput, workloadPlan } from "../../test/support/workload.ts";
import { kubernetesManifest } from "./kubernetes/kubernetes.render.ts";
import { composeFile } from "./standalone/compose.ts";
import { kubePlayPods } from "./standalone/kube-play.ts";
import { adaptStandalone } from "./standalone/standalone.adapter.ts";
import { StandaloneSettings } from "./standalone/standalone.settings.ts";
import { adaptSwarm } from "./swarm/swarm.adapter.ts";
import { swarmStack } from "./swarm/swarm.render.ts";
import { SwarmSettings } from "./swarm/swarm.settings.ts";
import type { WorkloadPlan } from "./workload.plan.ts";

/** What one YAML or the other takes for more than text where it isn't quoted: truth, numbers, dates, nothing, a merge. */
const MISREAD = {
  AFFIRMED: "yes",
  DENIED: "no",
  SWITCHED: "on",
  OFF: "off",
  LETTER: "y",
  MODE: "0755",
  OCTAL: "0o17",
  BINARY: "0b11",
  UNDERSCORED: "1_000",
  TIME: "12:30",
  LONG_TIME: "190:20:30.15",
  DATE: "2026-01-02",
  EXPONENT: "1e3",
  HEXADECIMAL: "0x1F",
  NOTHING: "~",
  MERGE: "<<",
  EMPTY: "",
} as const;

const standaloneHost = (workload: WorkloadPlan) => {
  const [host] = adaptStandalone(
    adapterInput("standalone", [workload], []),
    StandaloneSettings.parse({ kind: "standalone" }),
  ).hosts;
  if (!host) throw new Error("the workload is on a host");
  return host;
};
const MANIFESTS: Readonly<Record<string, (workload: WorkloadPlan) => string>> = {
  "a Compose file": (workload) => composeFile("staging", "flame-staging", standaloneHost(workload)),
  "a kube-play file": (workload) => kubePlayPods("staging", "flame-net", standaloneHost(workload).containers),
  "a stack file": (workload) =>
    swarmStack(adaptSwarm(adapterInput("swarm", [workload], []), SwarmSettings.parse({ kind: "swarm" }))),
  "a file for kubectl": (workload) => kubernetesManifest(kubernetesPlanOf({ workloads: [workload] })),
};

/** Every value below a name, wherever it stands: `{name: value}` as well as `{name: NAME, value}`. */
function valuesOf(document: unknown, name: string): unknown[] {
  if (typeof document !== "object" || document === null) return [];
  const own = Object.entries(document).flatMap(([key, value]) => (key === name ? [value] : valuesOf(value, name)));
  return "name" in document && document.name === name && "value" in document ? [...own, document.value] : own;
}

describe.each(Object.entries(MANIFESTS))("%s", (_, manifestOf) => {
  const manifest = manifestOf(workloadPlan({ environment: MISREAD }));

  describe.each(["1.1", "1.2"] as const)("read as YAML %s", (version) => {
    const documents = parseAllDocuments(manifest, { version }).map((document) => document.toJS());

    it.each(Object.entries(MISREAD))("says %s=%s as it was meant", (name, value) => {
      const found = valuesOf(documents, name);
      expect(found.length).toBeGreaterThan(0);
      expect(new Set(found)).toEqual(new Set([value]));
    });
  });
});
