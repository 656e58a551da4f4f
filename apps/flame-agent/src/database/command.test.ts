import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { atEndOfSuite } from "../testing/at-end.ts";
import { openTestDatabase, placed } from "../testing/database.ts";
import { temporaryFolder } from "../testing/folder.ts";
import { writeBackup } from "./dump.ts";

/** Runs a program of the app with these arguments and exactly these FLAME_ variables. */
async function run(program: string, parameters: readonly string[], variables: Readonly<Record<string, string>>) {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("FLAME_")));
  return new Promise<{ code: number | string; output: string; errors: string }>((resolve) => {
    execFile(
      process.execPath,
      [path, ...parameters],
      { env: { ...inherited, ...variables } },
      (error, output, errors) => resolve({ code: error?.code ?? 0, output, errors }),
    );
  });
}

describe("the commands", () => {
  const atEnd = atEndOfSuite();
  let filled: Readonly<Record<string, string>>;
  let backup: string;
  beforeAll(async () => {
    const folder = await temporaryFolder(atEnd);
    backup = join(folder, "backup");
    filled = await placed({ FLAME_DATA_FOLDER: folder }, atEnd);
    const source = await openTestDatabase(filled);
    await source.pool.query("insert into flame.knowledge (tenant, revision, passages) values ('a', 3, 0)");
    await writeBackup(source.pool, backup);
    await source.close();
  });

  it("back up a database", async () => {
    const file = join(await temporaryFolder(), "backup");
    expect(await run("backup.ts", [file], filled)).toEqual({
      code: 0,
      output: `backed up 1 rows to ${file}\n`,
      errors: "",
    });
  });

  it("restore into an empty database", async () => {
    const empty = await placed({ FLAME_DATA_FOLDER: await temporaryFolder() });
    expect(await run("restore.ts", [backup], empty)).toEqual({
      code: 0,
      output: `restored 1 rows from ${backup}\n`,
      errors: "",
    });
  });

  it.each([
    { why: "no file", parameters: [], port: "0", errors: /^usage: node src\/backup\.ts <file>\n$/ },
    { why: "two files", parameters: ["a", "b"], port: "0", errors: /^usage: / },
    {
      why: "a database in memory",
      parameters: ["a"],
      port: "0",
      errors: /^FLAME_DATA_FOLDER: absent, so the database would be in this process's memory; fix: /,
    },
    { why: "a wrong environment", parameters: ["a"], port: "x", errors: /^The environment has 1/ },
  ])("are refused: $why", async ({ parameters, port, errors }) => {
    const result = await run("backup.ts", parameters, { FLAME_PORT: port });
    expect(result.code).toBe(1);
    expect(result.errors).toMatch(errors);
  });
});
