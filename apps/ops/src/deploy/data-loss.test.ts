import { describe, expect, it } from "vitest";
import type { Change } from "../../../../stacks/changes/index.ts";
import { consentToLoss } from "./data-loss.ts";

const change = (more: Partial<Change>): Change => ({
  urn: "urn:data",
  type: "docker:index/volume:Volume",
  name: "flame-dev-volume-flame-dev-data",
  object: "flame-dev-data",
  effect: "replace",
  inputs: ["name"],
  because: undefined,
  gap: false,
  data: "deleted",
  ...more,
});
const reportWith = (changes: readonly Change[], formerName?: string) => ({
  environment: "dev",
  against: { path: "state.json", changes, formerName },
});
const nobody = { deleteData: false, yes: false };

describe("an update that takes data along", () => {
  it("is refused with what would be lost and how it is kept, where nobody has asked for it", async () => {
    await expect(consentToLoss(reportWith([change({})]), nobody)).rejects.toThrow(
      /^data of dev: volume flame-dev-data \(deleted\): this update would take them along\n {4}allowed: .*--delete-data\n {4}fix: to keep them, set back what has changed \(name\)/,
    );
    await expect(consentToLoss(reportWith([change({})]), { ...nobody, yes: true })).rejects.toThrow("flame-dev-data");
  });

  it("names what stays at another engine, which deletes nothing", async () => {
    const moved = change({
      type: "pulumi:providers:docker",
      object: "flame-dev-engine",
      data: "left behind",
      urn: "urn:engine",
    });
    await expect(consentToLoss(reportWith([moved]), nobody)).rejects.toThrow(
      /volumes of the engine .* \(left behind\)/,
    );
    expect(await consentToLoss(reportWith([moved, change({})]), { ...nobody, deleteData: true })).toEqual(["urn:data"]);
  });

  it("names the database that an agent would leave, and how its data are moved", async () => {
    const moved = change({
      type: "docker:index/container:Container",
      object: "flame-dev-agent",
      inputs: ["envs"],
      data: "left behind",
    });
    await expect(consentToLoss(reportWith([moved]), nobody)).rejects.toThrow(
      /database of flame-dev-agent \(left behind\).*\n.*\n {4}fix: set agent\.database back; .*backup/,
    );
    expect(await consentToLoss(reportWith([moved]), { ...nobody, deleteData: true })).toEqual([]);
  });

  it("of an environment that was renamed says to rename it back", async () => {
    await expect(consentToLoss(reportWith([change({ effect: "delete" })], "flame-stage"), nobody)).rejects.toThrow(
      /made by flame-stage.*pulumi stack rename stage/,
    );
  });
});

it.each([
  { why: "nothing is at stake", report: reportWith([change({ data: undefined })]) },
  { why: "there was nothing before", report: { environment: "dev", against: undefined } },
])("needs no word where $why", async ({ report }) => {
  expect(await consentToLoss(report, nobody)).toEqual([]);
});
