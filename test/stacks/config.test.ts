import { describe, expect, it } from "vitest";
import { isConcern, parseEnvironment, splitSecrets } from "../../stacks/config.ts";
import program from "../../stacks/index.ts";
import { planDesktop } from "../../stacks/local-podman.ts";
import { previewStack } from "../../stacks/preview/index.ts";
import { desktopDocument, environmentOf, graphOf } from "../support/environment.ts";

const AGENT = { authentication: { kind: "bearer", token: { secret: "accessToken" } } };

describe("an environment", () => {
  it("is parsed with presets below what it says and defaults below both", () => {
    const { name, settings } = environmentOf(desktopDocument({ scaling: { preset: "scale-to-zero" } }), {
      name: "staging",
    });
    expect(name).toBe("staging");
    expect(settings.scaling).toEqual({ preset: "scale-to-zero", replicas: { min: 0, max: 1 }, idleStopAfter: 900 });
    expect(settings.turns).toEqual({ maxSeconds: 180, drainMarginSeconds: 5, heartbeatSeconds: 15 });
  });

  it("needs a value for every secret that it refers to, wherever that stands", () => {
    const values = desktopDocument({
      agent: { ...AGENT, database: { kind: "postgresql", password: { secret: "databasePassword" } } },
    });
    expect(() => parseEnvironment("dev", { values, secretNames: ["accessToken"] })).toThrow(
      /agent\.database\.password\.secret is "databasePassword"\n {4}allowed: a secret that is set: accessToken\n/,
    );
  });
});

describe("the keys of a configuration", () => {
  it("are concerns, or secrets that a setting refers to, or neither", () => {
    const values = { agent: AGENT, accessToken: "a", forgotten: "b" };
    expect(splitSecrets(values)).toEqual({ values: { agent: AGENT, forgotten: "b" }, secretNames: ["accessToken"] });
  });

  it("aren't concerns because every object has something of that name", () => {
    expect(["agent", "toString", "constructor"].map(isConcern)).toEqual([true, false, false]);
  });
});

describe("the program", () => {
  it("makes a desktop's resources and tells where the agent answers", async () => {
    const { outputs, resources } = await graphOf(desktopDocument({ agent: AGENT }));
    expect(outputs).toEqual({ url: "http://127.0.0.1:4111", containerNames: ["flame-dev-agent"] });
    expect(resources.map(({ type }) => type)).toContain("blueprint:topology:LocalPodman");
  });

  it("runs without a declared engine: it plans for the machine's own, or for the likeliest", async () => {
    const { resources } = await graphOf({ topology: { kind: "local-podman" } });
    expect(resources.find(({ type }) => type === "pulumi:providers:docker")?.inputs.host).toMatch(/^(unix|npipe):\/\//);
  });

  it.each([
    {
      why: "text in place of a concern",
      key: "turns",
      value: "180",
      message: /turns is 180\n {4}allowed: a group of settings/,
    },
    { why: "text that isn't even JSON", key: "turns", value: "{", message: /turns is "\{"\n/ },
    {
      why: "a key that no setting refers to",
      key: "forgotten",
      value: "planted",
      message: /forgotten is "\(not shown\)"/,
    },
  ])("refuses $why with the problem's own message", async ({ key, value, message }) => {
    const error = await previewStack({
      project: "blueprint",
      stack: "dev",
      program,
      config: { "blueprint:topology": '{"kind":"local-podman"}', [`blueprint:${key}`]: value },
    }).catch((thrown: unknown) => thrown);
    expect(`${error}`).toMatch(message);
    expect(`${error}`).not.toContain("planted");
  });

  it("refuses a stack that has no configuration of its own", async () => {
    const preview = previewStack({ project: "blueprint", stack: "dev", program, config: { "other:key": "1" } });
    await expect(preview).rejects.toThrow(/topology is missing/);
  });
});

describe("a desktop's plan", () => {
  it("is none where the environment isn't a desktop's", () => {
    const environment = environmentOf(desktopDocument());
    const elsewhere = { ...environment, settings: { ...environment.settings, topology: { kind: "web" } as const } };
    expect(planDesktop(elsewhere)).toBeUndefined();
  });
});
