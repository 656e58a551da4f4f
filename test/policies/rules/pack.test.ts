import { createRequire } from "node:module";
import {
  type PolicyPackArgs,
  type PolicyPackConfig,
  type PolicyResource,
  type PolicyResourceOptions,
  type ResourceValidationArgs,
  Secret,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { plainProperties, secretMarks } from "../../../policies/rules/engine-values.ts";
import { rules } from "../../../policies/rules/index.ts";
import { UNKNOWN } from "../../../policies/rules/known.ts";
import { goodContainer, goodVolume } from "../../support/policy-fixtures.ts";

const { made } = vi.hoisted(() => ({ made: new Map<string, [PolicyPackArgs, PolicyPackConfig]>() }));

vi.mock("@pulumi/policy", async (original) => ({
  ...(await original<typeof import("@pulumi/policy")>()),
  // A pack that serves would stay until the process ends.
  PolicyPack: class {
    constructor(name: string, args: PolicyPackArgs, configuration: PolicyPackConfig = {}) {
      made.set(name, [args, configuration]);
    }
  },
}));

const sdk = createRequire(import.meta.url);
const wire = sdk("@pulumi/policy/proxy.js");
const options: PolicyResourceOptions = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
  additionalSecretOutputs: [],
};

function argsOf(type: string, props: object): ResourceValidationArgs {
  return {
    type,
    props: unknownCheckingProxy(props),
    urn: `urn:${type}`,
    name: "agent",
    opts: options,
    stackTags: new Map(),
    isType: () => false,
    asType: () => undefined,
    getConfig: () => JSON.parse("{}"),
    notApplicable: (reason) => {
      throw new Error(`not applicable: ${reason}`);
    },
  };
}

function policyOf(pack: string, name: string) {
  const policy = made.get(pack)?.[0].policies.find((one) => one.name === name);
  if (policy === undefined) throw new Error(`no policy ${name}`);
  return policy;
}

/** What a resource's policy reports, each as the SDK gets it. */
async function reported(pack: string, name: string, args: ResourceValidationArgs): Promise<unknown[]> {
  const policy = policyOf(pack, name);
  const reports: unknown[] = [];
  if ("validateResource" in policy && typeof policy.validateResource === "function") {
    await policy.validateResource(args, (...report) => reports.push(report[0]));
  }
  return reports;
}

const CONTAINER = "docker:index/container:Container";

beforeAll(async () => {
  await import("../../../policies/baseline/pack.ts");
  await import("../../../policies/production/pack.ts");
});

describe("the packs", () => {
  it("give every rule a level; in production each is mandatory", () => {
    const names = rules.map(({ name }) => name);
    for (const pack of ["blueprint-baseline", "blueprint-production"]) {
      expect(Object.keys(made.get(pack)?.[1] ?? {})).toEqual(names);
      expect(made.get(pack)?.[0].policies.map(({ name }) => name)).toEqual(["blueprint-secret-marks", ...names]);
    }
    expect(new Set(Object.values(made.get("blueprint-production")?.[1] ?? {}))).toEqual(new Set(["mandatory"]));
  });

  it("tell the engine what can be set, with defaults", () => {
    expect(policyOf("blueprint-baseline", "docker-network-driver").configSchema).toMatchObject({
      properties: { allowed: { type: "array", default: ["bridge", "overlay"] } },
    });
    expect(policyOf("blueprint-baseline", "docker-container-not-root").configSchema).toBeUndefined();
  });
});

describe("a rule as a policy of the SDK", () => {
  it("looks only at its own type", async () => {
    const args = argsOf("random:index/randomPet:RandomPet", {});
    await expect(reported("blueprint-baseline", "docker-container-not-root", args)).rejects.toThrow(
      `not applicable: looks only at resources of type ${CONTAINER}`,
    );
  });

  it("reports a violation at the policy's own level, and what can't be decided at mandatory", async () => {
    const broken = argsOf(CONTAINER, { ...goodContainer, user: "root" });
    expect(await reported("blueprint-baseline", "docker-container-not-root", broken)).toEqual([
      { message: expect.stringContaining("user is root"), urn: `urn:${CONTAINER}`, enforcementLevel: undefined },
    ]);
    const unknown = argsOf(CONTAINER, { user: wire.unknownStringValue, image: wire.unknownStringValue });
    expect(await reported("blueprint-baseline", "docker-container-not-root", unknown)).toMatchObject([
      { enforcementLevel: "mandatory" },
    ]);
    expect(await reported("blueprint-baseline", "docker-container-image-pinned", unknown)).toMatchObject([
      { enforcementLevel: "advisory" },
    ]);
  });

  it("of a stack reports the resource it is about", async () => {
    const policy = policyOf("blueprint-production", "docker-stack-data-protected");
    const reports: unknown[] = [];
    const { urn, name, opts, ...args } = argsOf("docker:index/volume:Volume", goodVolume);
    const volume: PolicyResource = {
      urn,
      name,
      opts,
      ...args,
      dependencies: [],
      propertyDependencies: {},
      asType: () => undefined,
    };
    const container: PolicyResource = {
      ...volume,
      type: CONTAINER,
      urn: "urn:c",
      propertyDependencies: { volumes: [volume] },
    };
    if ("validateStack" in policy) {
      await policy.validateStack({ ...args, resources: [container, volume] }, (...report) => reports.push(report[0]));
    }
    expect(reports).toEqual([
      {
        message: expect.stringContaining("protect is not set"),
        urn: "urn:docker:index/volume:Volume",
        enforcementLevel: undefined,
      },
    ]);
  });

  it("sees the secrets that the marks policy noted, and keeps them out of messages", async () => {
    const marks = policyOf("blueprint-baseline", "blueprint-secret-marks");
    const args = argsOf(CONTAINER, { envs: [new Secret("PASSWORD=hunter22")], user: new Secret("root:hunter22") });
    if ("remediateResource" in marks) await marks.remediateResource?.(args);

    const plain = argsOf(CONTAINER, { envs: ["PASSWORD=hunter22"], user: "root:hunter22" });
    expect(await reported("blueprint-baseline", "pulumi-resource-no-plaintext-secret", plain)).toEqual([]);
    expect(await reported("blueprint-baseline", "docker-container-not-root", plain)).toMatchObject([
      { message: expect.stringContaining("user is [secret]") },
    ]);
  });
});

describe("values from the engine", () => {
  it("are unknown whatever the type, by the installed SDK's own marks", () => {
    const names = ["String", "Number", "Boolean", "Array", "Asset", "Archive", "Object"];
    for (const name of names) {
      const properties = unknownCheckingProxy({ list: [wire[`unknown${name}Value`]], plain: 1 });
      expect(plainProperties(properties)).toEqual({ list: [UNKNOWN], plain: 1 });
    }
  });

  it("show where secrets are and what they hold", () => {
    const hidden = new Secret({ deep: ["one", 2, new Secret("two")] });
    expect(secretMarks(unknownCheckingProxy({ a: { b: [hidden, "plain"] }, c: null }))).toEqual({
      paths: new Set(["a.b[0]"]),
      texts: ["one", "two"],
    });
  });
});
