import { describe, expect, it } from "vitest";
import { placeOf } from "../place.ts";
import { testAgent, testPlan } from "../testing/plan.ts";
import { notEnforced, planProcess, refusedAsProcess } from "./process-plan.ts";

const place = placeOf("test", "/project");
const plan = (...settings: Parameters<typeof testPlan>) => planProcess(testPlan(...settings), place);
const storage = (value: object) => ({ topology: { kind: "local-podman", storage: value } });

describe("where an agent's data live without an engine", () => {
  it.each([
    {
      why: "a persistent volume",
      kind: "volume",
      persistent: true,
      data: { kind: "kept", folder: "/project/.blueprint/test/data" },
    },
    {
      why: "a volume that ends with the environment",
      kind: "volume",
      persistent: false,
      data: { kind: "scratch", folder: "/project/.blueprint/test/scratch" },
    },
    { why: "a folder of the host", kind: "bind", hostPath: "/srv/flame", data: { kind: "own", folder: "/srv/flame" } },
    { why: "memory", kind: "tmpfs", data: { kind: "memory" } },
  ])("$why", ({ why: _why, data, ...given }) => {
    const planned = plan({}, storage(given));
    expect(planned.data).toEqual(data);
    expect(planned.environment.FLAME_DATA_FOLDER).toBe("folder" in data ? data.folder : undefined);
  });
});

describe("the agent's environment", () => {
  it("listens where its container's port would be published", () => {
    expect(plan(testAgent(14_999)).environment).toMatchObject({
      FLAME_HOST: "127.0.0.1",
      FLAME_PORT: "14999",
      FLAME_DRAIN_SECONDS: "6",
    });
  });

  it.each(["host.containers.internal", "host.docker.internal"])("reaches the host's own model at %s", (host) => {
    const model = {
      kind: "openai-compatible",
      baseUrl: `http://${host}:11434/v1`,
      name: "small",
      apiKey: { secret: "modelApiKey" },
    };
    const { environment, secrets } = plan({ model }, {}, ["modelApiKey"]);
    expect(environment.FLAME_MODEL_BASE_URL).toBe("http://127.0.0.1:11434/v1");
    expect(secrets).toEqual({ FLAME_MODEL_API_KEY: { kind: "configuration", name: "modelApiKey" } });
  });
});

describe("what needs a container engine", () => {
  it("is nothing in a desktop with the agent alone", () => {
    expect(refusedAsProcess(testPlan())).toEqual([]);
  });

  it("is listed whole: database, further containers, ports and folders", () => {
    const agent = {
      database: { kind: "postgresql" },
      ports: [{ hostPort: 4111 }, { hostPort: 4112 }],
      volumes: [{ hostPath: "/srv/documents", containerPath: "/documents" }],
    };
    const cache = { image: "registry.example/cache:7.4.1", healthCheck: { command: ["cache-ping"] } };
    const resources = { host: { allowOversubscription: true } };
    expect(refusedAsProcess(testPlan(agent, { containers: { cache }, resources }))).toEqual([
      expect.stringMatching(/^agent\.database\.kind postgresql: container flame-test-database \(.*pgvector.*\)$/),
      "containers.cache: container flame-test-cache (registry.example/cache:7.4.1)",
      "agent.ports: 4112, beside the agent's own port",
      "agent.volumes: /documents, a path of a container",
    ]);
  });
});

describe("what has no effect as a process", () => {
  it("is told, the CPU limit first of all", () => {
    expect(notEnforced(testPlan()).join("\n")).toMatch(/CPU limit 2: not enforced; the process has niceness 3\n/);
  });

  it("has a line for each setting that asks for more", () => {
    const agent = { logging: { kind: "journald" }, resources: { cpuSet: "0-1" } };
    const lines = notEnforced(testPlan(agent, storage({ kind: "tmpfs" }))).join("\n");
    expect(lines).toMatch(/processors 0-1/);
    expect(lines).toMatch(/logging journald/);
    expect(lines).toMatch(/topology\.storage\.size/);
  });
});

it("less weight under contention is more niceness", () => {
  const niceness = (cpu: string, priority: string) => plan({ resources: { requests: { cpu }, priority } }).niceness;
  expect([
    niceness("2", "high"),
    niceness("250m", "high"),
    niceness("250m", "medium"),
    niceness("250m", "low"),
  ]).toEqual([0, 3, 9, 16]);
});
