import { describe, expect, it } from "vitest";
import { type Document, desktopDocument, graphOf } from "../../test/support/environment.ts";
import { SERVER_AGENT, SERVER_HOSTS } from "../../test/support/server-document.ts";
import { changesBetween, storedResources } from "./index.ts";

/** What an engine's own state says of a graph: defaults noted beside the inputs, secrets encrypted. */
async function stateOf(document: Document) {
  const { resources } = await graphOf(document);
  return {
    version: 3,
    checkpoint: {
      latest: {
        resources: resources.map(({ urn, type, custom, inputs, protect, provider, replacementTrigger }) => ({
          urn,
          type,
          custom,
          protect,
          inputs: { ...JSON.parse(JSON.stringify(inputs, encrypted)), __defaults: ["mustRun"], mustRun: true },
          provider: provider && `${provider}::an-id`,
          replacementTrigger,
        })),
      },
    },
  };
}

/** The docker provider hides a whole list in which there is one secret. */
function encrypted(_key: string, value: unknown): unknown {
  const hidden = Array.isArray(value) ? value.some(isSecret) : isSecret(value);
  return hidden
    ? { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" }
    : value;
}

/** With its properties in another order, and the id and the name that its engine and its secret's value gave it. */
function asMade(value: unknown, index: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  const made: Readonly<Record<string, string>> = { secretId: `id-of-${index}`, secretName: `name-of-${index}` };
  const properties = Object.entries(value).toReversed();
  return Object.fromEntries(properties.map(([key, one]) => [key, made[key] ?? one]));
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && Reflect.get(value, "marker") === "secret";
}

async function changes(before: Document, after: Document) {
  const found = changesBetween(storedResources(await stateOf(before)), await graphOf(after));
  return found.map(({ name, effect, gap, data, because, inputs }) => ({ name, effect, gap, data, because, inputs }));
}

const token = { kind: "bearer", token: { secret: "accessToken" } };
const base = desktopDocument({ agent: { authentication: token } });
const topology = (more: object) => ({ ...base, topology: { ...Object(base.topology), ...more } });
const nothing = { gap: false, data: undefined, because: undefined };

describe("what an update would change", () => {
  it("is nothing where nothing was changed, secrets and a provider's defaults included", async () => {
    expect(await changes(base, base)).toEqual([]);
  });

  it.each([
    {
      what: "a limit, which Podman can't change in place",
      after: { ...base, agent: { authentication: token, resources: { limits: { memory: "1152MiB" } } } },
      expected: [
        {
          ...nothing,
          name: "flame-dev-agent",
          effect: "replace",
          gap: true,
          inputs: expect.arrayContaining(["memory", "memorySwap"]),
        },
      ],
    },
    {
      what: "a variable beside a secret, which hides all of them in the state",
      after: { ...base, agent: { authentication: token, threadWaitSeconds: 31 } },
      expected: [{ ...nothing, name: "flame-dev-agent", effect: "replace", gap: true, inputs: ["labels"] }],
    },
    {
      what: "which secret a variable has",
      after: { ...base, agent: { authentication: { kind: "bearer", token: { secret: "otherToken" } } } },
      expected: [{ ...nothing, name: "flame-dev-agent", effect: "replace", gap: true, inputs: ["labels"] }],
    },
    {
      what: "a network, which takes along what runs on it",
      after: topology({ network: { subnet: "10.89.43.0/24" } }),
      expected: [
        { ...nothing, name: "flame-dev-agent", effect: "replace", gap: true, because: "flame-dev-network", inputs: [] },
        { ...nothing, name: "flame-dev-network", effect: "replace", gap: true, inputs: ["ipamConfigs"] },
      ],
    },
    {
      what: "a network's option that Podman doesn't report",
      after: topology({ network: { isolated: false } }),
      expected: [
        { ...nothing, name: "flame-dev-agent", effect: "replace", gap: true, because: "flame-dev-network", inputs: [] },
        { ...nothing, name: "flame-dev-network", effect: "replace", gap: true, inputs: [] },
      ],
    },
    {
      what: "an engine at another address, where the data aren't",
      after: topology({ engine: { kind: "podman", socket: "/run/other.sock" } }),
      expected: [{ ...nothing, name: "flame-dev-engine", effect: "update", data: "left behind", inputs: ["host"] }],
    },
  ])("of $what", async ({ after, expected }) => {
    expect(await changes(base, after)).toEqual(expected);
  });

  it("of a volume's name is its data", async () => {
    const found = await changes(base, topology({ storage: { kind: "volume", name: "other" } }));
    expect(found.filter(({ data }) => data !== undefined)).toEqual([
      { ...nothing, name: "flame-dev-volume-flame-dev-data", effect: "delete", data: "deleted", inputs: [] },
    ]);
  });

  it("of everything is its data too, where the environment was renamed", async () => {
    const found = changesBetween(storedResources(await stateOf(base)), await graphOf(base, { name: "prod" }));
    expect(found.filter(({ data }) => data !== undefined).map(({ object }) => object)).toEqual(["flame-dev-data"]);
  });
});

it("a state is read as a folder keeps it, as it is exported, and as a deployment", () => {
  const resources = [{ urn: "urn::a", type: "docker:index/volume:Volume", custom: true, inputs: { name: "a" } }];
  const names = (document: unknown) => storedResources(document).map(({ name }) => name);
  expect(names({ checkpoint: { latest: { resources } } })).toEqual(["a"]);
  expect(names({ deployment: { resources } })).toEqual(["a"]);
  expect(names({ resources })).toEqual(["a"]);
  expect(names({ checkpoint: { latest: null } })).toEqual([]);
});

describe("what an update of a Swarm would change", () => {
  const swarm = (network: object, more: object = {}): Document => ({
    topology: {
      kind: "remote-server",
      hosts: SERVER_HOSTS,
      orchestrator: { kind: "swarm", network, ...more },
    },
    agent: SERVER_AGENT,
  });

  it("is every service where it is their network, which none of them may be on meanwhile", async () => {
    const found = await changes(swarm({}), swarm({ attachable: true }));
    const [network, ...services] = found.toSorted(
      (one, other) => Number(one.because !== undefined) - Number(other.because !== undefined),
    );
    expect(network).toMatchObject({ effect: "replace", because: undefined, inputs: ["attachable"] });
    expect(services.length).toBeGreaterThan(1);
    for (const service of services)
      expect(service).toMatchObject({ effect: "replace", gap: true, because: network?.name, data: undefined });
  });

  it("is nothing where the state has a set of things in another order, and names that follow from secrets", async () => {
    const document = {
      ...swarm({}),
      containers: {
        cache: {
          image: "registry.example/team/cache:7.4.1",
          healthCheck: { command: ["cache", "ping"] },
          writablePaths: ["/a", "/b"],
        },
      },
    };
    const state = await stateOf(document);
    const isSet = (key: string) => ["secrets", "configs", "mounts", "constraints", "labels"].includes(key);
    const asProvider = (key: string, value: unknown) =>
      Array.isArray(value) && isSet(key) ? value.toReversed().map(asMade) : value;
    const stored = JSON.parse(JSON.stringify(state, asProvider));
    expect(JSON.stringify(stored)).toContain('"secretId":"id-of-0"');
    expect(changesBetween(storedResources(stored), await graphOf(document))).toEqual([]);
  });

  it("is every secret where it is their labels, also one whose value isn't known before it is made", async () => {
    const found = await changes(swarm({}), swarm({}, { secretLabels: { owner: "assistants" } }));
    const secrets = found.filter(({ name }) => name.includes("-secret-"));
    expect(secrets.map(({ name }) => name).toSorted()).toEqual([
      expect.stringContaining("access-token"),
      expect.stringContaining("generated-database-password"),
    ]);
    for (const secret of secrets) expect(secret).toMatchObject({ effect: "replace", gap: false, data: undefined });
  });

  it("is no service's replacement where it is labels", async () => {
    const found = await changes(swarm({}), { ...swarm({}), labels: { team: "assistants" } });
    const services = found.filter(({ inputs }) => inputs.includes("labels"));
    expect(services.length).toBeGreaterThan(1);
    for (const service of found) expect(service).toMatchObject({ effect: "update", gap: false, inputs: ["labels"] });
  });
});
