import { planLocalPodman } from "../../../../components/topology/index.ts";
import { parseEnvironment } from "../../../../stacks/config.ts";
import type { PolicyFinding } from "../plan/policy-gate.ts";
import { promisesOf } from "../plan/promises.ts";
import type { PlanReport } from "../plan/report.ts";
import { runsOnOf } from "../plan/runs-on.ts";

interface Described {
  /** Values below `blueprint:`, beside the topology. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly secretNames?: readonly string[];
  readonly findings?: readonly PolicyFinding[];
}

/** The report of a desktop, planned for real, with a short tree and the findings that a test gives. */
export function reportFixture({ settings = {}, secretNames = [], findings = [] }: Described = {}): PlanReport {
  const values = { topology: { kind: "local-podman" }, ...settings };
  const { settings: parsed } = parseEnvironment("dev", { values, secretNames });
  const { topology } = parsed;
  if (topology.kind !== "local-podman") throw new Error("the fixture is a desktop");
  const engine = {
    target: { kind: "podman", socket: "unix:///run/podman/podman.sock" },
    present: true,
    reason: "found: Podman of the system",
  } as const;
  const plan = planLocalPodman("dev", { ...parsed, topology }, engine.target);
  const planned = { kind: "local-podman", engine, plan } as const;
  const ok = findings.every(({ weight }) => weight !== "failed" && weight !== "could-not-run");
  return {
    environment: "dev",
    topology: topology.kind,
    ok,
    runsOn: runsOnOf(planned),
    summary: { resources: 1, components: 1, external: 0, protected: 0, byType: {} },
    tree: [
      { depth: 0, type: "Stack", name: "blueprint-dev", facts: [] },
      { depth: 1, type: "blueprint:topology:LocalPodman", name: "flame-dev", facts: [] },
      { depth: 2, type: "docker:Container", name: "flame-dev-agent", facts: ["memory 1024", "protected"] },
    ],
    messages: [],
    against: undefined,
    policies: { ok, pack: "blueprint-baseline", version: "0.1.0", passed: 24, findings },
    promises: promisesOf(planned, parsed, false),
    settings: [
      {
        path: "turns.maxSeconds",
        value: 180,
        origin: { kind: "file", file: "Pulumi.dev.yaml", line: 9 },
        defaultValue: 180,
        description: undefined,
      },
      {
        path: "scaling.replicas.min",
        value: 1,
        origin: { kind: "preset", name: "minimal", file: "stacks/presets/scaling.ts" },
        defaultValue: 1,
        description: undefined,
      },
      { path: "labels", value: {}, origin: { kind: "default" }, defaultValue: {}, description: undefined },
    ],
    planned,
    seconds: 1.2345,
  };
}

/** One finding of each weight, as a pack tells them. */
export const FINDINGS: readonly PolicyFinding[] = [
  {
    policy: "docker-container-not-privileged",
    weight: "failed",
    resource: "flame-dev-agent",
    found: "privileged is true; allowed: false",
    mend: "remove privileged",
  },
  {
    policy: "docker-container-memory-limit",
    weight: "could-not-run",
    resource: "flame-dev-agent",
    found: "memory is unknown until deployment; allowed: only what can be checked before deployment",
    mend: "give memory a value that the program knows",
  },
  {
    policy: "docker-stack-data-protected",
    weight: "advice",
    resource: "flame-dev-volume",
    found: "protect isn't set; allowed: protect: true",
    mend: "set protect to true",
  },
];
