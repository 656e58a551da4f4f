import { createServer, type Server, type Socket } from "node:net";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import pino from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { testAgent } from "../testing/agent.ts";
import { until } from "../testing/folder.ts";
import { openCluster } from "./cluster.ts";
import { openPostgresql } from "./postgresql.ts";

const silent = pino({ level: "silent" });

async function listening(server: Server): Promise<number> {
  await until("the server listens", () => server.listening);
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

/** A server that answers every connection with PostgreSQL's error of that code. */
async function refusingServer(code: string): Promise<number> {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mno\0\0`);
  const message = Buffer.alloc(5);
  message.write("E");
  message.writeInt32BE(fields.length + 4, 1);
  const server = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(Buffer.concat([message, fields])));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  return listening(server);
}

const configuration = (port: number) =>
  ({
    kind: "postgresql",
    host: "127.0.0.1",
    port,
    name: "postgres",
    user: "postgres",
    password: "planted-password",
    tls: "disable",
    poolSize: 4,
    statementTimeoutSeconds: 30,
  }) as const;

describe("a PostgreSQL server", () => {
  it.each([
    { why: "a wrong password", code: "28P01" },
    { why: "no such database", code: "3D000" },
    { why: "no permission", code: "42501" },
  ])("that refuses us for good ($why) is told at once, without the password", async ({ code }) => {
    const opening = openPostgresql(configuration(await refusingServer(code)), silent);
    await expect(opening).rejects.toThrow(
      new RegExp(
        `^FLAME_DATABASE_URL: "postgresql://postgres@127.0.0.1:\\d+/postgres" can't be used \\(${code}\\).*fix: `,
      ),
    );
    await expect(opening).rejects.not.toThrow("planted-password");
  });

  it("that comes later than the agent is waited for, and then serves it", async () => {
    const reserved = createServer().listen(0, "127.0.0.1");
    const port = await listening(reserved);
    await new Promise((resolve) => reserved.close(resolve));

    const starting = testAgent({
      FLAME_DATABASE: "postgresql",
      FLAME_DATABASE_URL: `postgresql://postgres@127.0.0.1:${port}/postgres`,
      FLAME_DATABASE_PASSWORD: "planted-password",
    });
    const postgres = await openCluster(undefined);
    const server = new PGLiteSocketServer({ db: postgres, port, maxConnections: 64 });
    await server.start();
    const agent = await starting;
    expect(agent.log.join("")).toContain("database not reachable yet");
    await agent.ask("My name is Ada.", "kept");
    expect(await agent.ask("What is my name?", "kept")).toBe("Your name is Ada.");

    // What only a mistake of ours could do is told as such, and no word of it.
    await postgres.query("alter table flame.documents rename to planted");
    const failed = await agent.get("/documents");
    expect([failed.status, await failed.json()]).toEqual([
      500,
      { error: expect.stringMatching(/^The request failed \(reference \S+\)$/), reference: expect.any(String) },
    ]);
    expect(agent.log.join("")).toMatch(/"code":"42P01".*"request failed"/);
    await postgres.query("alter table flame.planted rename to documents");

    await server.stop();
    const turn = await agent.post("/turns", { message: "hello" });
    expect([turn.status, turn.headers.get("retry-after"), await turn.json()]).toEqual([
      503,
      "5",
      expect.objectContaining({ error: expect.stringMatching(/^The database doesn't take requests now/) }),
    ]);
    const refused = await agent.get("/documents");
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
    await until("it isn't ready without its database", async () => (await agent.status("/ready")) === 503);
    const health = await agent.get("/health");
    expect([health.status, await health.json()]).toMatchObject([200, { status: "degraded" }]);
    expect(agent.log.join("")).not.toContain("planted-password");
    await agent.stop();
    await postgres.close();
  });
});
