import { describe, expect, it } from "vitest";
import { WorkloadSettings } from "./workload.settings.ts";

const placement = (part: object) => ({ placement: part });
const requires = (expression: object) => placement({ require: [{ key: "zone", ...expression }] });
const tolerates = (toleration: object) => placement({ tolerations: [toleration] });

describe("a workload's settings", () => {
  it.each([
    { why: "a label among values", settings: requires({ values: ["a", "b"] }) },
    { why: "a label that is there", settings: requires({ operator: "Exists" }) },
    { why: "a label above a number", settings: requires({ operator: "Gt", values: ["3"] }) },
    { why: "every taint", settings: tolerates({}) },
    { why: "a taint of one value", settings: tolerates({ key: "dedicated", operator: "Equal", value: "agents" }) },
    { why: "an eviction that is tolerated for a while", settings: tolerates({ effect: "NoExecute", seconds: 60 }) },
    {
      why: "as much space as may be taken",
      settings: { resources: { ephemeralRequest: "1GiB", ephemeralLimit: "1GiB" } },
    },
    { why: "blue-green, which starts first", settings: { update: { strategy: "blue-green" } } },
  ])("take $why", ({ settings }) => {
    expect(WorkloadSettings.safeParse(settings).error).toBeUndefined();
  });

  it.each([
    { why: "no value", settings: requires({}), path: "placement.require.0.values", says: /a value for In/ },
    {
      why: "a value of a label that only has to be there",
      settings: requires({ operator: "DoesNotExist", values: ["a"] }),
      path: "placement.require.0.values",
      says: /no value for DoesNotExist/,
    },
    {
      why: "a word to compare a number with",
      settings: requires({ operator: "Lt", values: ["many"] }),
      path: "placement.require.0.values",
      says: /one whole number for Lt/,
    },
    {
      why: "two numbers to compare with",
      settings: requires({ operator: "Gt", values: ["1", "2"] }),
      path: "placement.require.0.values",
      says: /one whole number for Gt/,
    },
    {
      why: "an equal value that isn't named",
      settings: tolerates({ key: "dedicated", operator: "Equal" }),
      path: "placement.tolerations.0.value",
      says: /a key and a value for Equal/,
    },
    {
      why: "a value of whatever key",
      settings: tolerates({ operator: "Equal", value: "agents" }),
      path: "placement.tolerations.0.value",
      says: /a key and a value for Equal/,
    },
    {
      why: "a value that is of no account",
      settings: tolerates({ key: "dedicated", value: "agents" }),
      path: "placement.tolerations.0.value",
      says: /no value for Exists/,
    },
    {
      why: "a time for a taint that moves nothing",
      settings: tolerates({ effect: "NoSchedule", seconds: 60 }),
      path: "placement.tolerations.0.seconds",
      says: /only that effect moves what runs already/,
    },
    {
      why: "more space than may be taken",
      settings: { resources: { ephemeralRequest: "2GiB", ephemeralLimit: "1GiB" } },
      path: "resources.ephemeralRequest",
      says: /at most ephemeralLimit/,
    },
    {
      why: "blue-green that stops first",
      settings: { update: { strategy: "blue-green", order: "stop-first" } },
      path: "update.order",
      says: /start-first with strategy blue-green/,
    },
  ])("refuse $why", ({ settings, path, says }) => {
    const issues = WorkloadSettings.safeParse(settings).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join("."))).toEqual([path]);
    expect(JSON.stringify(issues)).toMatch(says);
  });
});
