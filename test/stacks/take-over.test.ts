import * as kubernetes from "@pulumi/kubernetes";
import { expect, it, vi } from "vitest";
import { previewStack } from "../../stacks/preview/index.ts";
import { hideTakeOver, TAKE_OVER } from "../../stacks/take-over.ts";

it("leaves no trace in the provider of a program that hides it", async () => {
  for (const [name, value] of Object.entries(TAKE_OVER)) vi.stubEnv(name, value);
  try {
    expect(await inputsOfProvider()).toMatchObject({ upsertExistingObjects: expect.anything() });
    hideTakeOver();
    expect(await inputsOfProvider()).toEqual({});
  } finally {
    vi.unstubAllEnvs();
  }
});

async function inputsOfProvider() {
  const program = async () => {
    new kubernetes.Provider("cluster");
    return {};
  };
  const { resources } = await previewStack({ project: "blueprint", stack: "staging", program });
  return resources.find(({ type }) => type === "pulumi:providers:kubernetes")?.inputs;
}
