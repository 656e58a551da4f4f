import { describe, expect, it } from "vitest";
import { type Document, desktopDocument, graphOf } from "../../test/support/environment.ts";
import { SERVER_AGENT, SERVER_HOSTS } from "../../test/support/server-document.ts";
import { lostBetween } from "../../test/support/walk.ts";
import { changesBetween } from "./index.ts";

const external = { kind: "external", host: "database.example.com", password: { secret: "databasePassword" } };
const server = (orchestrator: string, database: object, storage: object = {}): Document => ({
  topology: {
    kind: "remote-server",
    orchestrator: { kind: orchestrator },
    hosts: SERVER_HOSTS.slice(0, 1),
    workload: { storage },
  },
  agent: { ...SERVER_AGENT, database },
  scaling: { replicas: { min: 1, max: 1 } },
});
const desktop = (database: object, storage: object = {}) =>
  desktopDocument({
    topology: { ...Object(desktopDocument().topology), storage: { kind: "volume", ...storage } },
    agent: { database },
  });

describe("an agent that is given another database", () => {
  it.each([
    { to: "PostgreSQL", database: { kind: "postgresql" } },
    { to: "somebody else's", database: external },
  ])("leaves the embedded one's data behind on a desktop: $to", async ({ database }) => {
    const [before, after] = await Promise.all([graphOf(desktop({ kind: "embedded" })), graphOf(desktop(database))]);
    expect(lostBetween(before, after)).toContain("flame-dev-agent");
  });

  it.each(["standalone", "swarm", "kubernetes"])("leaves them behind on a server: %s", async (orchestrator) => {
    const [before, after] = await Promise.all([
      graphOf(server(orchestrator, { kind: "embedded" })),
      graphOf(server(orchestrator, { kind: "postgresql" })),
    ]);
    expect(lostBetween(before, after).length).toBeGreaterThan(0);
  });

  it.each([
    { what: "another name on the same server", change: { kind: "postgresql", name: "other" } },
    { what: "one that is embedded", change: { kind: "embedded" } },
  ])("leaves PostgreSQL's behind: $what", async ({ change }) => {
    const [before, after] = await Promise.all([graphOf(desktop({ kind: "postgresql" })), graphOf(desktop(change))]);
    expect(lostBetween(before, after).length).toBeGreaterThan(0);
  });

  it("leaves those of somebody else's server behind, but not for another user of it", async () => {
    const before = await graphOf(desktop(external));
    expect(lostBetween(before, await graphOf(desktop({ ...external, host: "other.example.com" })))).toEqual([
      "flame-dev-agent",
    ]);
    expect(lostBetween(before, await graphOf(desktop({ ...external, user: "other" })))).toEqual([]);
  });

  it.each([
    { cameUp: true, to: "the one that it is about to leave", database: { kind: "postgresql" }, isMoved: false },
    {
      cameUp: true,
      to: "the one that it came up with",
      database: { kind: "postgresql", name: "other" },
      isMoved: false,
    },
    { cameUp: false, to: "the one that it left", database: { kind: "postgresql" }, isMoved: false },
    {
      cameUp: false,
      to: "one that no agent came up with",
      database: { kind: "postgresql", name: "other" },
      isMoved: true,
    },
  ])("goes on from an update that broke off between two with $to", async ({ cameUp, database, isMoved }) => {
    const [first, second, after] = await Promise.all([
      graphOf(server("standalone", { kind: "postgresql" })),
      graphOf(server("standalone", { kind: "postgresql", name: "other" })),
      graphOf(server("standalone", database)),
    ]);
    const known = new Set(first.resources.map(({ urn }) => urn));
    const half = second.resources.filter(({ urn }) => !known.has(urn));
    expect(half.length).toBeGreaterThan(0);
    const stored = [
      ...half.map((node) => ({ ...node, cameUp, keepsData: node.protect })),
      ...first.resources.map((node) => ({ ...node, cameUp: true, keepsData: node.protect })),
    ];
    const changes = changesBetween(
      stored.filter(({ custom }) => custom),
      after,
    );
    expect(changes.some(({ data }) => data === "left behind")).toBe(isMoved);
  });

  it("leaves nothing behind that wouldn't have outlived it", async () => {
    const [before, after] = await Promise.all([
      graphOf(desktop({ kind: "embedded" }, { persistent: false })),
      graphOf(desktop({ kind: "postgresql" }, { persistent: false })),
    ]);
    expect(lostBetween(before, after)).toEqual([]);
  });
});
