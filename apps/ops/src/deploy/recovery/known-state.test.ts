import { expect, it } from "vitest";
import { stateOf, urnOf } from "../testing/state.ts";
import { knownState, withoutPending } from "./known-state.ts";

const { provider, volume } = stateOf("unix:///run/podman/podman.sock");
const component = { urn: "urn:component", type: "blueprint:topology:LocalPodman" };
const password = { urn: "urn:p", type: "random:index/randomPassword:RandomPassword", custom: true, id: "none" };

it("reads the objects of a state with the engine that has them, and no component, password or provider", () => {
  const state = knownState({ resources: [component, provider, password, volume] });
  expect(state.objects).toEqual([
    { urn: volume.urn, type: volume.type, id: "flame-dev-data", address: "unix:///run/podman/podman.sock" },
  ]);
  expect(state.engines).toEqual([{ kind: "docker", address: "unix:///run/podman/podman.sock" }]);
  expect(state.interrupted).toEqual([]);
});

it("reads the cluster of a state, in the namespace that it has", () => {
  const cluster = {
    ...provider,
    type: "pulumi:providers:kubernetes",
    inputs: { context: "staging", enableServerSideApply: "true" },
  };
  const namespace = { urn: "urn:n", type: "kubernetes:core/v1:Namespace", custom: true, id: "flame-dev" };
  expect(knownState({ resources: [cluster, namespace] }).engines).toEqual([
    { kind: "kubernetes", context: "staging", kubeconfig: undefined, namespace: "flame-dev" },
  ]);
});

it("tells what an ended operation was at, and forgets it", () => {
  const container = { urn: urnOf("docker:index/container:Container", "flame-dev-agent"), type: "x", custom: true };
  const deployment = {
    manifest: { version: "3" },
    resources: [provider],
    pending_operations: [{ resource: container, type: "creating" }],
  };
  expect(knownState(deployment).interrupted).toEqual(["creating docker:Container flame-dev-agent"]);
  expect(JSON.parse(JSON.stringify(withoutPending(deployment)))).toEqual({
    manifest: { version: "3" },
    resources: [provider],
  });
});

it.each([undefined, null, {}, { resources: null }])("knows nothing of a state without resources (%j)", (deployment) => {
  expect(knownState(deployment)).toEqual({ objects: [], interrupted: [], engines: [] });
});
