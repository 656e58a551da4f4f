import { standardSchemaToJSONSchema } from "@mastra/core/schema";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { describedOnce } from "./described-once.ts";

const Question = z.strictObject({ text: z.string().min(1), count: z.int().optional() });

describe("a schema that is described once", () => {
  it("describes and validates as it did before", async () => {
    const once = describedOnce(Question);
    for (const io of ["input", "output"] as const)
      expect(standardSchemaToJSONSchema(once, { io })).toEqual(standardSchemaToJSONSchema(Question, { io }));
    expect(await once["~standard"].validate({ text: "a" })).toEqual({ value: { text: "a" } });
    expect(await once["~standard"].validate({ text: "" })).toMatchObject({ issues: [{ path: ["text"] }] });
  });

  it("is asked once for each way of describing it, and what a caller writes into one answer is in no other", () => {
    const describeInput = vi.spyOn(Question["~standard"].jsonSchema, "input");
    const { input } = describedOnce(Question)["~standard"].jsonSchema;
    const first = input({ target: "draft-07" });
    first.title = "written by a caller";
    expect(input({ target: "draft-07" })).not.toHaveProperty("title");
    input({ target: "draft-2020-12" });
    expect(describeInput).toHaveBeenCalledTimes(2);
  });
});
