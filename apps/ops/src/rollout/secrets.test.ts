import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { SecretSource, StandaloneContainer } from "../../../../components/orchestration/index.ts";
import { rolloutSecrets } from "./secrets.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "blueprint-secrets-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const TOKEN: SecretSource = { kind: "configuration", name: "accessToken" };
const PASSWORD: SecretSource = { kind: "generated", name: "database-password", length: 24 };
type Asking = Pick<StandaloneContainer, "name" | "secrets">;
const agent: Asking = { name: "agent", secrets: { TOKEN, PASSWORD } };
const database: Asking = { name: "database", secrets: { POSTGRES_PASSWORD: PASSWORD } };
const resolve = (running: Record<string, string>, given: Record<string, string> = {}) =>
  rolloutSecrets([agent, database], running, given, join(folder, "secrets.json"));

it("takes what is given, and keeps what runs for the rest", async () => {
  const running = { TOKEN: "old", PASSWORD: "kept", POSTGRES_PASSWORD: "kept" };
  expect(await resolve(running, { BLUEPRINT_SECRET_ACCESS_TOKEN: "new" })).toEqual({
    agent: { TOKEN: "new", PASSWORD: "kept" },
    database: { POSTGRES_PASSWORD: "kept" },
  });
});

it("makes one password for all who need it, and the same one again", async () => {
  const given = { BLUEPRINT_SECRET_ACCESS_TOKEN: "new" };
  const first = await resolve({}, given);
  expect(first.agent?.PASSWORD).toHaveLength(24);
  expect(first.database?.POSTGRES_PASSWORD).toBe(first.agent?.PASSWORD);
  expect(await resolve({}, given)).toEqual(first);
});

it("says which variable is missing", async () => {
  await expect(resolve({})).rejects.toThrow(/BLUEPRINT_SECRET_ACCESS_TOKEN/);
});
