import { describe, expect, it } from "vitest";
import { judgeAgent } from "./schemathesis.ts";
import { schemathesisPackages } from "./schemathesis-install.ts";

const packages = schemathesisPackages();

describe.skipIf(packages === undefined)("Schemathesis, within a minute", () => {
  it("finds no 5xx and no answer outside the OpenAPI document", async () => {
    const { passed, report } = await judgeAgent(packages ?? "", 60);
    expect(passed, report).toBe(true);
  });
});
