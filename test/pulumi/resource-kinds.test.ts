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

const Schema = z.object({
  resources: z.record(
    z.string(),
    z.object({ inputProperties: z.record(z.string(), z.object({ willReplaceOnChanges: z.boolean().default(false) })) }),
  ),
});

// Those of the random and the kubernetes provider say it of no input.
it.runIf(existsSync(provider)).each(TYPES)(
  "is replaced by what the docker provider's own schema says: %s",
  async (name) => {
    const type = `docker:index/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const { resources } = await schema();
    const inputs = Object.entries(resources[type]?.inputProperties ?? {});
    const replacing = inputs.filter(([, { willReplaceOnChanges }]) => willReplaceOnChanges).map(([input]) => input);
    expect(replacing.length).toBeGreaterThan(0);
    expect([...(resourceKind(type)?.replacedBy ?? [])].toSorted()).toEqual(replacing.toSorted());
  },
);

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
