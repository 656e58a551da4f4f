import { expect, it } from "vitest";
import { toldOf } from "./deployment.ts";

it("says what Pulumi says of a state that can't be written, without its own places", async () => {
  const said = [
    "code: -2",
    " stdout: ",
    " stderr: Command failed with exit code 1: pulumi stack import --stack dev",
    'error: could not import deployment: blob (key ".pulumi/locks/x.json"): open /p/x.json: read-only file system',
  ].join("\n");
  const failing = toldOf("written", () => Promise.reject(new Error(said)));
  await expect(failing).rejects.toThrow(
    /^Pulumi's state: can't be written: .*read-only file system\n {4}allowed: .*\n {4}fix: /,
  );
  await expect(failing).rejects.not.toThrow(/Command failed|stdout/);
});
