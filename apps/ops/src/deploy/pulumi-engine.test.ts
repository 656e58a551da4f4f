import { delimiter } from "node:path";
import { describe, expect, it } from "vitest";
import { pulumiCandidates } from "./pulumi-engine.ts";

const search = (folders: readonly string[], versions: readonly string[] = []) =>
  pulumiCandidates({ path: folders.join(delimiter), home: "/home/ada/.pulumi", versions });

describe("the search for a Pulumi engine", () => {
  it("goes along PATH, then through the Pulumi home, newest version first", () => {
    expect(search(["/opt/pulumi/bin", "/usr/bin"], ["3.9.0", "3.260.0", "3.27.1"])).toEqual([
      "/opt/pulumi/bin/pulumi",
      "/usr/bin/pulumi",
      "/home/ada/.pulumi/bin/pulumi",
      "/home/ada/.pulumi/versions/3.260.0/bin/pulumi",
      "/home/ada/.pulumi/versions/3.27.1/bin/pulumi",
      "/home/ada/.pulumi/versions/3.9.0/bin/pulumi",
    ]);
  });

  it.each(["/work/node_modules/.bin", "/home/ada/.npm/_npx/1/node_modules/.bin", "\\work\\node_modules\\.bin", ""])(
    "passes npm's wrapper by: %s",
    (folder) => {
      expect(search([folder])).toEqual(["/home/ada/.pulumi/bin/pulumi"]);
    },
  );

  it("takes a folder whose name only resembles it", () => {
    expect(search(["/opt/node_modules_tools/bin"])[0]).toBe("/opt/node_modules_tools/bin/pulumi");
  });
});
