import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { findOrchestrators } from "../../stacks/found-orchestrators.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const HOST = { address: "10.0.0.11", connection: { kind: "ssh" } };
const kubeconfig = (server: string) =>
  stringify({
    contexts: [
      { name: "other", context: { cluster: "elsewhere", user: "me" } },
      { name: "staging", context: { cluster: "ours", user: "me" } },
    ],
    clusters: [
      { name: "elsewhere", cluster: { server: "https://192.0.2.7:6443" } },
      { name: "ours", cluster: { server } },
    ],
  });

describe("what the machine that deploys knows of the hosts", () => {
  it.each([
    { why: "a host's address", server: "https://10.0.0.11:6443", context: "staging" },
    { why: "another address", server: "https://10.0.0.12:6443", context: undefined },
    { why: "no address", server: "nowhere", context: undefined },
  ])("is a context of the kubeconfig whose API server is at $why", async ({ server, context }) => {
    await using file = await temporaryFile("config", kubeconfig(server));
    expect(findOrchestrators([HOST], ["/nowhere/config", file.path]).kubernetesContext).toBe(context);
  });

  it("is nothing where the kubeconfig isn't one", async () => {
    await using file = await temporaryFile("config", "contexts: 7\n");
    expect(findOrchestrators([HOST], [file.path])).toEqual({ kubernetesContext: undefined, swarmMember: false });
  });
});
