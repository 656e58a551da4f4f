import { describe, expect, it } from "vitest";
import { judgeAgent } from "../engines/schemathesis.ts";
import { schemathesisPackages } from "../engines/schemathesis-install.ts";

const packages = schemathesisPackages();

describe.skipIf(packages === undefined)("Schemathesis, within ten minutes", () => {
  it("finds no 5xx and no answer outside the OpenAPI document", async () => {
    const { passed, report } = await judgeAgent(packages ?? "", 600);
    expect(passed, report).toBe(true);
  });
});
