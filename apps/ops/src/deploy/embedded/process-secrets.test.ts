import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/plan.ts";
import { resolveSecrets, secretVariable } from "./process-secrets.ts";

const key = { kind: "configuration", name: "modelApiKey" } as const;
const token = { kind: "configuration", name: "accessToken" } as const;
const password = { kind: "generated", name: "database-password", length: 32 } as const;

it.each([
  { name: "modelApiKey", variable: "BLUEPRINT_SECRET_MODEL_API_KEY" },
  { name: "token", variable: "BLUEPRINT_SECRET_TOKEN" },
])("the secret $name is given as $variable", ({ name, variable }) => {
  expect(secretVariable(name)).toBe(variable);
});

describe("an agent's secrets", () => {
  it("come from the variables that stand for them", async () => {
    const given = { BLUEPRINT_SECRET_MODEL_API_KEY: "k-1" };
    expect(await resolveSecrets({ FLAME_MODEL_API_KEY: key }, given, "/nowhere")).toEqual({
      FLAME_MODEL_API_KEY: "k-1",
    });
  });

  it("are refused together where several are missing, an empty one included", async () => {
    const given = { BLUEPRINT_SECRET_ACCESS_TOKEN: "" };
    const asked = { FLAME_MODEL_API_KEY: key, FLAME_ACCESS_TOKEN: token };
    await expect(resolveSecrets(asked, given, "/nowhere")).rejects.toThrow(
      /2 have no value here: BLUEPRINT_SECRET_MODEL_API_KEY \(modelApiKey\), BLUEPRINT_SECRET_ACCESS_TOKEN \(accessToken\)/,
    );
  });

  it("are made once where nobody gives them, in a file for this user alone", async () => {
    const file = join(await temporaryFolder(), "environment", "secrets.json");
    const first = await resolveSecrets({ FLAME_DATABASE_PASSWORD: password }, {}, file);
    expect(first.FLAME_DATABASE_PASSWORD).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(await resolveSecrets({ FLAME_DATABASE_PASSWORD: password }, {}, file)).toEqual(first);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("aren't made anew over a file that can't be read", async () => {
    const file = join(await temporaryFolder(), "secrets.json");
    await writeFile(file, "{broken");
    await expect(resolveSecrets({ FLAME_DATABASE_PASSWORD: password }, {}, file)).rejects.toThrow(/can't be read/);
    expect(await readFile(file, "utf8")).toBe("{broken");
  });
});
