import { describe, expect, it } from "vitest";
import { AgentSettings } from "./agent.settings.ts";

const PINNED = `registry.example/team/flame-agent@sha256:${"a".repeat(64)}`;
const TAGGED = "registry.example/team/flame-agent:1.2.0";
const AUTOMATIC = { kind: "automatic", schedule: "30 3 * * 0" };

const issuesOf = (settings: unknown) => AgentSettings.safeParse(settings).error?.issues ?? [];

describe("a default", () => {
  it.each([
    { why: "nothing is written", resources: {} },
    { why: "only a limit is written", resources: { limits: { memory: "2GiB" } } },
  ])("of high priority is the agent's where $why", ({ resources }) => {
    expect(AgentSettings.parse({ resources }).resources.priority).toBe("high");
  });

  it.each([
    { why: "nothing is written", database: { kind: "postgresql" } },
    { why: "only a limit is written", database: { kind: "postgresql", resources: { limits: { memory: "2GiB" } } } },
  ])("of high priority is the database's where $why", ({ database }) => {
    expect(AgentSettings.parse({ database }).database).toMatchObject({ resources: { priority: "high" } });
  });

  it("of the image's own health check stays where only its interval is written", () => {
    const whole = AgentSettings.parse({}).healthCheck;
    expect(AgentSettings.parse({ healthCheck: { intervalSeconds: 30 } }).healthCheck).toEqual({
      ...whole,
      intervalSeconds: 30,
    });
  });
});

describe("an agent whose settings contradict each other", () => {
  it.each([
    {
      why: "a port for the whole network without a token",
      settings: { ports: [{ hostPort: 4111, address: "0.0.0.0" }] },
      path: ["ports", 0, "address"],
      message: /127\.0\.0\.0\/8 .* bearer/,
    },
    {
      why: "a second port for one of the host's addresses without a token",
      settings: { ports: [{ hostPort: 4111 }, { hostPort: 4112, address: "192.168.1.2" }] },
      path: ["ports", 1, "address"],
      message: /127\.0\.0\.0\/8/,
    },
    {
      why: "an HTTP interface over udp",
      settings: { ports: [{ hostPort: 4111, protocol: "udp" }] },
      path: ["ports", 0, "protocol"],
      message: /tcp for the first port/,
    },
    {
      why: "a variable that a setting stands for",
      settings: { environment: { FLAME_PORT: "80" } },
      path: ["environment", "FLAME_PORT"],
      message: /FLAME_/,
    },
    {
      why: "a variable that is always the same",
      settings: { environment: { MASTRA_TELEMETRY_DISABLED: "0" } },
      path: ["environment", "MASTRA_TELEMETRY_DISABLED"],
      message: /always 1/,
    },
    {
      why: "a port of the container that only root may open",
      settings: { ports: [{ hostPort: 80, containerPort: 80 }] },
      path: ["ports", 0, "containerPort"],
      message: /1024 or more/,
    },
    {
      why: "updates of an image whose digest never changes",
      settings: { image: PINNED, updates: AUTOMATIC },
      path: ["updates", "kind"],
      message: /digest/,
    },
    {
      why: "updates of an image that no registry has",
      settings: { updates: AUTOMATIC },
      path: ["updates", "kind"],
      message: /engine's own store/,
    },
  ])("is refused: $why", ({ settings, path, message }) => {
    expect(issuesOf(settings)).toMatchObject([{ path, message: expect.stringMatching(message) }]);
  });

  it.each([
    {
      why: "a port for the network with a token",
      settings: {
        ports: [{ hostPort: 4111, address: "0.0.0.0" }],
        authentication: { kind: "bearer", token: { secret: "accessToken" } },
      },
    },
    {
      why: "a udp port after the HTTP port",
      settings: { ports: [{ hostPort: 4111 }, { hostPort: 53, protocol: "udp" }] },
    },
    { why: "updates of a tag in a registry", settings: { image: TAGGED, updates: AUTOMATIC } },
    { why: "a digest without updates", settings: { image: PINNED } },
  ])("is accepted once they agree: $why", ({ settings }) => {
    expect(issuesOf(settings)).toEqual([]);
  });
});
