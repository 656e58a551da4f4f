import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { parseEnvironment } from "../../stacks/config.ts";
import { type EnvironmentFile, readEnvironmentFile } from "../../stacks/environment-file.ts";
import { type Explanation, explainSetting, explainSettings } from "../../stacks/explain.ts";

const DOCUMENT = `
config:
  blueprint:topology: { kind: local-podman, storage: { kind: tmpfs, size: 128MiB } }
  blueprint:modelApiKey: { secure: v1:cipher }
  blueprint:agent:
    model:
      kind: openai-compatible
      baseUrl: https://models.example/v1
      name: big
      apiKey: { secret: modelApiKey }
    ports:
      - hostPort: 5000
    environment: { TZ: Europe/Berlin }
    resources:
      limits: { cpu: "1" }
  blueprint:scaling:
    preset: scale-to-zero
    idleStopAfter: 30m
  blueprint:labels: { team: assistants }
  blueprint:containers:
    cache:
      image: registry.example/team/cache:7.4.1
      healthCheck: { command: [cache-cli, ping] }
      resources: { limits: { cpu: "1" } }
`;

let folder: string;
let file: EnvironmentFile;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "blueprint-explain-"));
  file = await written("rich", DOCUMENT);
});
afterAll(() => rm(folder, { recursive: true }));

async function written(environment: string, text: string): Promise<EnvironmentFile> {
  const path = join(folder, `Pulumi.${environment}.yaml`);
  await writeFile(path, text);
  return { ...(await readEnvironmentFile(environment, path)), path: `Pulumi.${environment}.yaml` };
}

const only = (path: string): Explanation | undefined => {
  const explanations = explainSetting(file, path);
  expect(explanations).toHaveLength(1);
  return explanations[0];
};
const inFile = (line: number) => ({ kind: "file", file: "Pulumi.rich.yaml", line });

describe("a setting's value and where it comes from", () => {
  it.each([
    { why: "the file", path: "agent.model.baseUrl", value: "https://models.example/v1", origin: inFile(8) },
    { why: "the file, in a group on one line", path: "topology.storage.size", value: "128MiB", origin: inFile(3) },
    { why: "the file, above a preset", path: "scaling.idleStopAfter", value: "30m", origin: inFile(18) },
    { why: "the file, in a list", path: "agent.ports[0].hostPort", value: 5000, origin: inFile(12) },
    {
      why: "the file, under a name of the user's",
      path: "containers.cache.image",
      value: "registry.example/team/cache:7.4.1",
      origin: inFile(22),
    },
    { why: "the file, for a label", path: "labels.team", value: "assistants", origin: inFile(19) },
    {
      why: "a preset",
      path: "scaling.replicas.min",
      value: 0,
      origin: { kind: "preset", name: "scale-to-zero", file: "stacks/presets/scaling.ts" },
    },
    { why: "the default", path: "turns.maxSeconds", value: 180, origin: { kind: "default" } },
    {
      why: "the default of a list's entry",
      path: "agent.ports.0.containerPort",
      value: 4111,
      origin: { kind: "default" },
    },
    { why: "nowhere", path: "turns.stopGraceSeconds", value: undefined, origin: { kind: "default" } },
  ])("is told for $why: $path", ({ path, value, origin }) => {
    expect(only(path)).toMatchObject({ origin });
    expect(only(path)?.value).toEqual(value);
  });

  it("tells the default beside what replaces it", () => {
    expect(only("scaling.replicas.min")?.defaultValue).toBe(1);
    expect(only("topology.storage.kind")?.defaultValue).toBe("volume");
  });

  it("names a secret and never shows its value", () => {
    expect(only("agent.model.apiKey.secret")?.value).toBe("modelApiKey");
    expect(JSON.stringify(explainSettings(file))).not.toContain("cipher");
  });

  it("lists everything below a group", () => {
    expect(explainSetting(file, "scaling").map(({ path }) => path)).toEqual([
      "scaling.preset",
      "scaling.replicas.min",
      "scaling.replicas.max",
      "scaling.idleStopAfter",
    ]);
  });
});

describe("all settings together", () => {
  it("are the environment that the parser makes: written out in full, it parses to the same", async () => {
    const full: Record<string, unknown> = {};
    for (const { path, value } of explainSettings(file)) if (value !== undefined) put(full, path.split("."), value);
    const asLists = {
      ...full,
      agent: { ...Object(full.agent), ports: Object.values(Object(Object(full.agent).ports)) },
    };
    const { secretNames } = file.document;
    const parsed = parseEnvironment("rich", file.document);
    expect(parseEnvironment("rich", { values: asLists, secretNames })).toEqual(parsed);
  });

  it("of a refused environment are told too", async () => {
    const refused = await written(
      "web",
      stringify({ config: { "blueprint:topology": { kind: "web" }, "blueprint:turns": 5 } }),
    );
    expect(explainSetting(refused, "topology.kind")).toMatchObject([{ value: "web" }]);
    expect(explainSetting(refused, "turns")).toMatchObject([{ path: "turns", value: 5 }]);
  });
});

describe("a path without a setting", () => {
  it.each([
    { why: "a misspelt group", path: "scaling.replcas", says: "fix: ask for scaling.replicas" },
    { why: "a misspelt setting", path: "turns.maxSecond", says: "fix: ask for turns.maxSeconds" },
    { why: "a path whose concern was forgotten", path: "replicas.max", says: "fix: ask for scaling.replicas.max" },
    { why: "nothing like any", path: "zzzz", says: "allowed: topology, agent, turns" },
    {
      why: "another variant's setting",
      path: "agent.model.tokensPerSecond",
      says: 'exists where agent.model.kind is "offline"',
    },
    { why: "a database that isn't there", path: "agent.database.image", says: 'agent.database.kind is "embedded"' },
  ])("is refused with the way to one: $why", ({ path, says }) => {
    expect(() => explainSetting(file, path)).toThrow(says);
  });
});

function put(target: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: unknown) {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = Object(target[key] ?? {});
  target[key] = inner;
  put(inner, rest, value);
}
