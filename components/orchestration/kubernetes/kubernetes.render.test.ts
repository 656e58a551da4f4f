import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { kubernetesPlanOf } from "../../../test/support/kubernetes.ts";
import { workloadPlan } from "../../../test/support/workload.ts";
import { kubernetesManifest } from "./kubernetes.render.ts";

describe("the file for kubectl", () => {
  it("has the plan's objects in the plan's order, and nothing else", () => {
    const plan = kubernetesPlanOf();
    const documents = parseAllDocuments(kubernetesManifest(plan)).map((document) => document.toJS());
    expect(documents).toEqual(JSON.parse(JSON.stringify(plan.entries.map(({ object }) => object))));
  });

  it("names each secret with the command that makes it, and no value of one", () => {
    const head = kubernetesManifest(kubernetesPlanOf({ registryHosts: ["registry.example"] })).split("apiVersion")[0];
    expect(head).toMatch(/kubectl create namespace flame-staging/);
    expect(head).toMatch(/create secret generic flame-staging-access-token --from-file=value=\/dev\/stdin/);
    expect(head).toMatch(/create secret docker-registry flame-staging-registries --from-file=\.dockerconfigjson=/);
  });

  it("says nothing of secrets where there are none", () => {
    const manifest = kubernetesManifest(kubernetesPlanOf({ workloads: [workloadPlan({ secrets: {} })] }));
    expect(manifest).toMatch(/^# To apply: .*\napiVersion/);
  });
});
