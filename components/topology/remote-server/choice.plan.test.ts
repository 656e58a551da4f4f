import { describe, expect, it } from "vitest";
import { chooseOrchestrator } from "./choice.plan.ts";
import { RemoteServerTopology } from "./remote-server.settings.ts";

const NOTHING = { kubernetesContext: undefined, swarmMember: false };
const hosts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    name: `node-${index}`,
    address: `10.0.0.${index + 1}`,
    cpu: "8",
    memory: "32GiB",
    disk: "256GiB",
  }));
const choose = (
  count: number,
  found: Partial<typeof NOTHING> | { kubernetesContext: string } = {},
  orchestrator?: object,
) =>
  chooseOrchestrator(
    RemoteServerTopology.parse({ kind: "remote-server", hosts: hosts(count), ...(orchestrator && { orchestrator }) }),
    { ...NOTHING, ...found },
  );

describe("the orchestrator", () => {
  it.each([
    { why: "one host", count: 1, found: {}, kind: "standalone", reason: /^one host needs no orchestrator/ },
    { why: "several hosts", count: 3, found: {}, kind: "swarm", reason: /^3 hosts share a network/ },
    { why: "a Swarm that is there", count: 1, found: { swarmMember: true }, kind: "swarm", reason: /part of a Swarm/ },
    {
      why: "a cluster that is there, before a Swarm that is there too",
      count: 3,
      found: { swarmMember: true, kubernetesContext: "staging" },
      kind: "kubernetes",
      reason: /^context staging of the kubeconfig/,
    },
  ])("follows from $why, and why not from the others", ({ count, found, kind, reason }) => {
    const { choice, settings } = choose(count, found);
    expect(choice).toMatchObject({ kind, reason: expect.stringMatching(reason) });
    expect(settings.kind).toBe(kind);
    expect([kind, ...choice.others.map((other) => other.kind)].sort()).toEqual(["kubernetes", "standalone", "swarm"]);
    expect(choice.others.filter(({ because }) => because.length < 10)).toEqual([]);
  });

  it("speaks to the context that was found", () => {
    expect(choose(3, { kubernetesContext: "staging" }).settings).toMatchObject({ context: "staging" });
  });

  it("is the one that is named, whatever is found, with its own settings", () => {
    const { choice, settings } = choose(3, { kubernetesContext: "staging" }, { kind: "swarm", taskHistoryLimit: 2 });
    expect(choice).toMatchObject({ kind: "swarm", reason: "topology.orchestrator.kind names it" });
    expect(settings).toMatchObject({ kind: "swarm", taskHistoryLimit: 2 });
  });
});
