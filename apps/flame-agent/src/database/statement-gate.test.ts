import type { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabase } from "../testing/database.ts";
import { temporaryFolder } from "../testing/folder.ts";
import { testProcess } from "../testing/process.ts";
import { openCluster } from "./cluster.ts";
import type { Database } from "./database.ts";
import { inTransaction } from "./sql.ts";
import { gateStatements, STATEMENT_BYTES_MAX } from "./statement-gate.ts";

const WORD = "abcdefgh01234567";
const textOf = (bytes: number) => WORD.repeat(bytes / WORD.length);

describe("an embedded database", () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase("embedded");
    await database.pool.query("create table big (content text)");
  });
  afterAll(() => database.close());
  const insert = "insert into big (content) values ($1)";
  const count = async () => (await database.pool.query("select 1 from big")).rowCount;

  it("refuses a statement above what it is known to hold in clear words, and answers all others", async () => {
    const refused = database.pool.query(insert, [textOf(STATEMENT_BYTES_MAX)]);
    await expect(refused).rejects.toMatchObject({
      code: "54000",
      message: expect.stringMatching(/^A statement of 8 MiB is refused; allowed: 8 MiB on an embedded.*postgresql$/),
    });
    expect(await count()).toBe(0);
    await database.pool.query(insert, [textOf(1024)]);
    expect(await count()).toBe(1);
  });

  it("keeps nothing of a transaction in which one was refused, and refuses a plain one too", async () => {
    const before = await count();
    const transaction = inTransaction(database.pool, async (connection) => {
      await connection.query(insert, ["first"]);
      await connection.query(insert, [textOf(STATEMENT_BYTES_MAX)]);
    });
    await expect(transaction).rejects.toMatchObject({ code: "54000" });
    await expect(database.pool.query(`select '${textOf(STATEMENT_BYTES_MAX)}'`)).rejects.toMatchObject({
      code: "54000",
    });
    expect(await count()).toBe(before);
  });

  it("that throws is told as broken once it may not be trusted, and not when it was closed", async () => {
    const told: Error[] = [];
    const cluster: Pick<PGlite, "execProtocolRawStream" | "closed"> = {
      closed: false,
      execProtocolRawStream: () => Promise.reject(new RangeError("out of memory: secret")),
    };
    const states: string[] = [];
    const watch = { began: () => void states.push("began"), ended: () => void states.push("ended") };
    gateStatements(cluster, watch, (error) => told.push(error));
    const message = Uint8Array.of("Q".charCodeAt(0), 0, 0, 0, 5, 0);
    await expect(cluster.execProtocolRawStream(message, { onRawData: () => {} })).rejects.toThrow(RangeError);
    expect(states).toEqual(["began", "ended"]);
    expect(told.map((error) => error.message)).toEqual([
      expect.stringMatching(/broke down \(RangeError\).*fix: start/),
    ]);
    expect(told[0]?.message).not.toContain("secret");

    const closed: typeof cluster = {
      closed: true,
      execProtocolRawStream: () => Promise.reject(new Error("closed")),
    };
    gateStatements(closed, watch, (error) => told.push(error));
    await expect(closed.execProtocolRawStream(message, { onRawData: () => {} })).rejects.toThrow("closed");
    expect(told).toHaveLength(1);
  });

  it("with a statement that never ends says so and ends the process, with nothing committed lost", async () => {
    const folder = await temporaryFolder();
    const program = testProcess("testing/endless-statement.ts", {}, undefined, [folder, "1"]);
    expect(await program.exit).toBe("SIGKILL");
    expect(program.log()).toEqual([
      { msg: "committed" },
      expect.objectContaining({ level: 60, msg: expect.stringMatching(/doesn't answer.*took more than 1 s/) }),
    ]);
    expect(program.standardError()).toMatch(/^The embedded database doesn't answer: /);
    const cluster = await openCluster(folder);
    const { rows } = await cluster.query("select content from flame.summaries where thread = 'kept'");
    await cluster.close();
    expect(rows).toEqual([{ content: "committed" }]);
  });
});
