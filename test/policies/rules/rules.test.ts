import { describe, expect, it } from "vitest";
import { rules } from "../../../policies/rules/index.ts";
import { UNKNOWN } from "../../../policies/rules/known.ts";
import { messageOf } from "../../../policies/rules/message.ts";
import { looksAt, type Resource, type Rule } from "../../../policies/rules/rule.ts";
import { COMPANIONS, deployment, object, withContainer } from "../../support/kubernetes-fixtures.ts";
import { type Kind, policyResource } from "../../support/policy-fixtures.ts";
import { BREAKS } from "./breaks.ts";
import { KUBERNETES_BREAKS, KUBERNETES_UNKNOWNS } from "./kubernetes-breaks.ts";
import { UNKNOWNS } from "./unknowns.ts";

const ALL_BREAKS = [...BREAKS, ...KUBERNETES_BREAKS];
const ALL_UNKNOWNS = [...UNKNOWNS, ...KUBERNETES_UNKNOWNS];
const KINDS: readonly Kind[] = ["container", "image", "network", "service", "volume", "deployment", "role"];
const BESIDE = COMPANIONS.map((kind) => object(kind));

function ruleOf(name: string): Rule {
  const rule = rules.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}

/** What a rule says of a resource in a stack with those that belong beside it. */
function messages(
  name: string,
  resource: Resource,
  settings: object = {},
  beside: readonly Resource[] = BESIDE,
): string[] {
  const rule = ruleOf(name);
  const stack = rule.scope === "stack" ? [resource, ...beside] : [resource];
  const own = rule.run(stack, settings).filter(({ urn }) => urn === undefined || urn === resource.urn);
  return own.map((finding) => messageOf(finding, resource, rule.acceptedUnknowns));
}

describe.each(rules)("$name", (rule) => {
  it("is content with what is as it should be", () => {
    for (const kind of KINDS.filter((one) => looksAt(rule, policyResource(one).type))) {
      expect(messages(rule.name, policyResource(kind))).toEqual([]);
    }
  });

  it("has a break that it finds and an unknown that stops it", () => {
    expect(ALL_UNKNOWNS.some((one) => one.rule === rule.name)).toBe(true);
    // The source of an unknown image is all that this one looks at.
    expect(ALL_BREAKS.some((one) => one.rule === rule.name)).toBe(rule.name !== "docker-stack-image-source");
  });

  it("says in a sentence what must hold", () => {
    expect(rule.description).toMatch(/^[A-Z].{30,}\.$/);
    expect(rule.name).toMatch(/^[a-z]+(-[a-z]+){2,}$/);
  });
});

describe("a broken rule", () => {
  it.each(ALL_BREAKS)(
    "$rule: $change",
    ({ rule, kind = "container", change, options, settings, beside, found, allowed, mend }) => {
      const [message, ...more] = messages(rule, policyResource(kind, change, options), settings, beside);
      expect(more).toEqual([]);
      const parts = /^(\S+ \(\S+\)): (.+); allowed: (.+); to mend: (.+)$/s.exec(message ?? "");
      expect(parts?.[1]).toBe(`the-${kind} (${policyResource(kind).type})`);
      expect(parts?.[2]).toMatch(found);
      expect(parts?.[3]).toMatch(allowed);
      expect(parts?.[4]).toMatch(mend);
    },
  );
});

describe("an unknown property", () => {
  it.each(ALL_UNKNOWNS)("$rule: $property", ({ rule, kind = "container", change, options, beside, property }) => {
    const found = messages(rule, policyResource(kind, change, options), {}, beside);
    const accepted = ruleOf(rule).acceptedUnknowns[property];
    const start = accepted === undefined ? "could not run: " : "not known yet: ";
    expect(found).toContainEqual(
      expect.stringContaining(`${start}the-${kind} (${policyResource(kind).type}): ${property} `),
    );
    expect(found.every((message) => /(to mend: (give|mark|leave) .+|accepted because .+)/.test(message))).toBe(true);
  });

  it("of an unexpected shape is no pass either", () => {
    expect(messages("docker-container-not-root", policyResource("container", { user: 5 }))).toEqual([
      expect.stringMatching(/^could not run: .*: user has a shape that this rule can't read/),
    ]);
    expect(
      messages("docker-stack-data-protected", policyResource("volume", { labels: "x" }, { protect: false })),
    ).toEqual([expect.stringMatching(/^could not run: .*: labels has a shape/)]);
  });
});

describe("what is fine all the same", () => {
  it.each<{ why: string; rule: string; kind?: Kind; change: object; options?: Partial<Resource>; settings?: object }>([
    {
      why: "an allowed capability",
      rule: "docker-container-capabilities-dropped",
      change: { capabilities: { drops: [UNKNOWN, "ALL"], adds: ["CAP_CHOWN"] } },
      settings: { allowedAdds: ["chown"] },
    },
    {
      why: "an option beside an unknown one",
      rule: "docker-container-no-new-privileges",
      change: { securityOpts: [UNKNOWN, "no-new-privileges"] },
    },
    { why: "an image by its id", rule: "docker-container-image-pinned", change: { image: "sha256:abc" } },
    {
      why: "an image of an image resource",
      rule: "docker-stack-image-source",
      change: { image: UNKNOWN },
      options: { sourceTypes: { image: ["docker:index/remoteImage:RemoteImage"] } },
    },
    {
      why: "a limit beside an unknown one",
      rule: "docker-container-cpu-limit",
      change: { cpus: UNKNOWN, cpuShares: 512 },
    },
    { why: "a quota alone", rule: "docker-container-cpu-limit", change: { cpus: undefined, cpuQuota: 50_000 } },
    {
      why: "a command of unknown arguments",
      rule: "docker-container-health-check",
      change: { healthcheck: { tests: ["CMD", UNKNOWN] } },
    },
    {
      why: "another container's network",
      rule: "docker-container-own-namespaces",
      change: { networkMode: "container:x" },
    },
    {
      why: "a harmless file",
      rule: "docker-container-no-sensitive-host-path",
      change: { volumes: [{ hostPath: "/etc/localtime" }] },
      settings: { allowedPaths: ["/etc/localtime"] },
    },
    {
      why: "a path of Windows",
      rule: "docker-container-no-sensitive-host-path",
      change: { volumes: [{ hostPath: "C:\\data" }] },
    },
    {
      why: "a mount that isn't a bind",
      rule: "docker-container-no-engine-socket",
      change: { mounts: [{ type: "volume", source: "/var/run/docker.sock" }] },
    },
    { why: "no mounts", rule: "docker-container-no-engine-socket", change: { mounts: undefined, volumes: null } },
    {
      why: "a volume without options",
      rule: "docker-volume-no-sensitive-host-path",
      kind: "volume",
      change: { driverOpts: undefined },
    },
    {
      why: "a port that is public on purpose",
      rule: "docker-container-ports-loopback",
      change: { ports: [{ internal: 443 }], labels: [{ label: "blueprint.exposure", value: "public" }] },
    },
    {
      why: "a port on the loopback of IPv6",
      rule: "docker-container-ports-loopback",
      change: { ports: [{ internal: 80, ip: "::1" }], labels: UNKNOWN },
    },
    { why: "always", rule: "docker-container-restart-bounded", change: { restart: "always" } },
    {
      why: "a number of retries",
      rule: "docker-container-restart-bounded",
      change: { restart: "on-failure", maxRetryCount: 3 },
    },
    {
      why: "a container that runs once",
      rule: "docker-container-restart-bounded",
      change: { restart: "no", mustRun: false },
    },
    {
      why: "a driver that rotates",
      rule: "docker-container-log-bounded",
      change: { logDriver: "journald", logOpts: undefined },
    },
    { why: "a container without turns", rule: "docker-container-turn-grace", change: { labels: [], stopTimeout: 1 } },
    {
      why: "a grace in minutes",
      rule: "docker-service-turn-grace",
      kind: "service",
      change: { taskSpec: { containerSpec: { stopGracePeriod: "1h" } } },
    },
    {
      why: "a service without turns",
      rule: "docker-service-turn-grace",
      kind: "service",
      change: { labels: [], taskSpec: { containerSpec: {} } },
    },
    {
      why: "a variable that the policy lists",
      rule: "docker-service-no-secret-variables",
      kind: "service",
      change: { taskSpec: { containerSpec: { env: { PUBLIC_TOKEN: "x" } } } },
      settings: { harmlessNames: ["PUBLIC_TOKEN"] },
    },
    { why: "a label without a value", rule: "docker-container-turn-grace", change: { labels: [{ label: "other" }] } },
    {
      why: "the engine's default driver",
      rule: "docker-network-driver",
      kind: "network",
      change: { driver: undefined },
    },
    {
      why: "no network at all",
      rule: "docker-stack-user-network",
      change: { networkMode: "none", networksAdvanced: undefined },
    },
    {
      why: "a network of the stack that isn't made yet",
      rule: "docker-stack-user-network",
      change: { networksAdvanced: [{ name: UNKNOWN }] },
      options: { sourceTypes: { networksAdvanced: ["docker:index/network:Network"] } },
    },
    {
      why: "a volume that isn't for ever",
      rule: "docker-stack-data-protected",
      kind: "volume",
      change: { labels: [] },
      options: { protect: false },
    },
    {
      why: "a secret that is marked",
      rule: "pulumi-resource-no-plaintext-secret",
      change: { envs: ["A=1", "PASSWORD=x"], password: "x" },
      options: { secretPaths: new Set(["envs[1]", "password"]) },
    },
    {
      why: "a whole list that is marked",
      rule: "pulumi-resource-no-plaintext-secret",
      change: { envs: ["PASSWORD=x"] },
      options: { secretPaths: new Set(["envs"]) },
    },
    {
      why: "what is about a secret",
      rule: "pulumi-resource-no-plaintext-secret",
      change: {
        envs: ["TOKEN_TTL=5", "PASSWORD_FILE=/x", "MAX_TOKENS=4096", "USE_PASSWORD=true", "TOKEN="],
        secretName: "x",
        __defaults: ["password"],
        __password: "x",
      },
    },
    {
      why: "an unknown of a harmless name",
      rule: "pulumi-resource-no-plaintext-secret",
      change: { image: UNKNOWN, list: [UNKNOWN] },
    },
    {
      why: "a single replica without a budget",
      rule: "kubernetes-stack-disruption-budget",
      kind: "deployment",
      change: deployment({ "spec.replicas": 1, "metadata.name": "single", "metadata.namespace": "other" }),
    },
    {
      why: "a pod without turns",
      rule: "kubernetes-workload-turn-grace",
      kind: "deployment",
      change: deployment({
        "spec.template.metadata": undefined,
        "spec.template.spec.terminationGracePeriodSeconds": 1,
      }),
    },
    {
      why: "a hook that doesn't wait",
      rule: "kubernetes-workload-turn-grace",
      kind: "deployment",
      change: withContainer({ lifecycle: { preStop: { exec: { command: ["/bin/bye"] } } } }),
    },
    {
      why: "a hook of unknown seconds in a pod without turns",
      rule: "kubernetes-workload-turn-grace",
      kind: "deployment",
      change: { ...withContainer({ lifecycle: UNKNOWN }), spec: { template: { metadata: { labels: {} } } } },
    },
    {
      why: "a name that the policy lists",
      rule: "pulumi-resource-no-plaintext-secret",
      change: { envs: ["PUBLIC_TOKEN=x"], PUBLIC_TOKEN: "x" },
      settings: { harmlessNames: ["PUBLIC_TOKEN"] },
    },
  ])("$why ($rule)", ({ rule, kind = "container", change, options, settings }) => {
    expect(messages(rule, policyResource(kind, { ...change }, options), settings)).toEqual([]);
  });
});

it("a wrong setting is refused", () => {
  expect(() => messages("docker-container-labels", policyResource("container"), { require: [] })).toThrow(/require/);
});
