import { describe, expect, it } from "vitest";
import { saidBy, sentencesOf } from "./engine-words.ts";

describe("what the engine says of a problem", () => {
  it.each([
    {
      why: "a provider's source and version",
      said: "sdk-v2/provider2.go:572: sdk.helper_schema: Unable to start container: address already in use: provider=docker@5.2.0",
      told: ["Unable to start container: address already in use"],
    },
    {
      why: "counts and bullets",
      said: "2 errors occurred:\n\t* mkdir /state/.pulumi: read-only file system\n\t* no space left on device\n\n",
      told: ["mkdir /state/.pulumi: read-only file system", "no space left on device"],
    },
    {
      why: "a count within a count",
      said: "1 error occurred:\n\t* creating urn:pulumi:dev::b::t::n: 1 error occurred:\n\t* /src/a/b.go:1: sdk.helper_schema: no such image: provider=docker@5.2.0",
      told: ["no such image"],
    },
    { why: "marks for colours", said: "<{%reset%}>denied<{%reset%}>\n", told: ["denied"] },
    { why: "what only repeats it", said: "denied\nupdate failed\ndenied", told: ["denied"] },
    { why: "nothing where a count is all", said: "1 error occurred:", told: ["1 error occurred:"] },
    { why: "nothing where that is all", said: "update failed", told: ["update failed"] },
    {
      why: "nothing of a user's own text",
      said: "can't read main.go: 2 errors",
      told: ["can't read main.go: 2 errors"],
    },
  ])("is told without $why", ({ said, told }) => {
    expect(sentencesOf(said)).toEqual(told);
  });

  it.each([
    {
      why: "the last error",
      message: "code: 1\nwarning: w\nerror: first\nerror: incorrect passphrase\n",
      told: "error: incorrect passphrase",
    },
    {
      why: "all of an error that has several lines",
      message:
        "code: 255\n stdout: \n stderr: error: 2 errors occurred:\n\t* a: read-only file system\n\t* b: denied\n\n",
      told: "a: read-only file system\n      b: denied",
    },
    { why: "the first line where there is no error", message: "nothing known\nat all", told: "nothing known" },
  ])("is, of a failed command, $why", ({ message, told }) => {
    expect(saidBy(new Error(message))).toBe(told);
  });
});
