import { spawnSync } from "node:child_process";
import { startPostgresql } from "./postgresql.ts";
await using pg = await startPostgresql({ durable: false } as never);
const { variables } = await pg.newDatabase();
const url = variables.FLAME_DATABASE_URL;
const r = spawnSync("npx", ["vitest", "run", "--project", "apps", ...process.argv.slice(2)], { stdio: "inherit", env: { ...process.env, FLAME_TEST_POSTGRESQL_URL: url } });
process.exitCode = r.status ?? 1;
