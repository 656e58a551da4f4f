import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { z } from "zod";
import { resourceKind } from "../../components/orchestration/index.ts";
import { pulumiOnPath } from "./engine.ts";

const pulumi = pulumiOnPath();
const provider = pulumi === undefined ? "" : join(dirname(pulumi), "pulumi-resource-docker");
if (!existsSync(provider)) console.warn("skipped: no pulumi-resource-docker beside a pulumi on PATH");

/** Types of the docker provider that the blueprint makes. */
const TYPES = ["container", "volume", "network", "remoteImage", "service", "secret", "serviceConfig"];

/** Inputs that the blueprint gives nothing of these types. */
const UNUSED = ["cluster", "build", "taskSpec.containerSpec.mounts.volumeOptions"];

const Input = z.object({
  willReplaceOnChanges: z.boolean().default(false),
  $ref: z.string().optional(),
  items: z.object({ $ref: z.string().optional() }).optional(),
});
type Input = z.output<typeof Input>;
const Schema = z.object({
  resources: z.record(z.string(), z.object({ inputProperties: z.record(z.string(), Input) })),
  types: z.record(z.string(), z.object({ properties: z.record(z.string(), Input).default({}) })),
});

// Those of the random and the kubernetes provider say it of no input.
it.runIf(existsSync(provider)).each(TYPES)(
  "is replaced by what the docker provider's own schema says: %s",
  async (name) => {
    const type = `docker:index/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const { resources, types } = await schema();
    const replacing = replacingPaths(resources[type]?.inputProperties ?? {}, types);
    expect(replacing.length).toBeGreaterThan(0);
    const kind = resourceKind(type);
    const known = [...(kind?.replacedBy ?? []), ...(kind?.ignored ?? []), ...UNUSED];
    const covers = (one: string, path: string) => path === one || path.startsWith(`${one}.`);
    expect(replacing.filter((path) => !known.some((one) => covers(one, path)))).toEqual([]);
    expect((kind?.replacedBy ?? []).filter((one) => !replacing.some((path) => covers(one, path)))).toEqual([]);
  },
);

/** Paths of the inputs that replace an object, the topmost of each: what lies below one does as well. */
function replacingPaths(
  inputs: Readonly<Record<string, Input>>,
  types: z.output<typeof Schema>["types"],
  above = "",
): string[] {
  return Object.entries(inputs).flatMap(([name, { willReplaceOnChanges, $ref, items }]) => {
    if (willReplaceOnChanges) return [`${above}${name}`];
    const inner = types[($ref ?? items?.$ref ?? "").replace("#/types/", "")]?.properties ?? {};
    return replacingPaths(inner, types, `${above}${name}.`);
  });
}

let asked: Promise<z.output<typeof Schema>> | undefined;

/** What the provider says of itself, asked once. */
function schema(): Promise<z.output<typeof Schema>> {
  asked ??= ask();
  return asked;
}

async function ask(): Promise<z.output<typeof Schema>> {
  const home = await mkdtemp(join(tmpdir(), "blueprint-schema-"));
  try {
    const { stdout } = await execa(pulumi ?? "", ["package", "get-schema", provider], {
      env: { PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      stdin: "ignore",
    });
    return Schema.parse(JSON.parse(stdout));
  } finally {
    await rm(home, { recursive: true });
  }
}
