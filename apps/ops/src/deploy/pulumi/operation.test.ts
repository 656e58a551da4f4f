import type { StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { describe, expect, it } from "vitest";
import { OperationCancelled, problemsOf, progressOf, runOperation } from "./operation.ts";

const urn = "urn:pulumi:dev::blueprint::docker:index/container:Container::flame-dev-agent";
const metadata: StepEventMetadata = { urn, op: "create", type: "docker:index/container:Container", provider: "" };
const timed = { sequence: 1, timestamp: 1 };
const refused = {
  ...timed,
  diagnosticEvent: {
    message: "<{%reset%}>sdk-v2/provider2.go:571: sdk.helper_schema: address already in use<{%reset%}>\n",
    color: "never",
    severity: "error",
  },
} as const;

describe("an operation of the Pulumi engine", () => {
  it("tells each resource that changes, and no other", () => {
    expect(progressOf({ ...timed, resourcePreEvent: { metadata } })).toBe("create flame-dev-agent");
    expect(progressOf({ ...timed, resOutputsEvent: { metadata } })).toBe("create flame-dev-agent: done");
    expect(progressOf({ ...timed, resourcePreEvent: { metadata: { ...metadata, op: "same" } } })).toBeUndefined();
  });

  it("tells what went wrong without the marks for colours, and which policy isn't kept", () => {
    expect(problemsOf(refused)).toEqual(["address already in use"]);
    const policyEvent = {
      message: "privileged",
      color: "never",
      policyName: "not-privileged",
      policyPackName: "p",
      policyPackVersion: "1",
      policyPackVersionTag: "1",
    };
    expect(problemsOf({ ...timed, policyEvent: { ...policyEvent, enforcementLevel: "mandatory" } })).toEqual([
      "not-privileged: privileged",
    ]);
    expect(problemsOf({ ...timed, policyEvent: { ...policyEvent, enforcementLevel: "warning" } })).toEqual([]);
  });

  it("fails with what the engine said, once, and without a stack", async () => {
    const told: string[] = [];
    const failing = runOperation(
      "up",
      (line) => told.push(line),
      async ({ onEvent }) => {
        onEvent({ ...timed, resourcePreEvent: { metadata } });
        onEvent(refused);
        onEvent(refused);
        throw new Error("code: 255\n stdout: …\n stderr: …");
      },
    );
    await expect(failing).rejects.toThrow(/^pulumi up: address already in use\n {4}fix: /);
    expect(told).toEqual(["create flame-dev-agent"]);
  });

  it("that is cancelled says what becomes of what it did, and stops the engine", async () => {
    const told: string[] = [];
    const cancelled = runOperation(
      "up",
      (line) => told.push(line),
      ({ signal }) => {
        process.emit("SIGTERM");
        return signal.aborted ? Promise.reject(new Error("code: 255\nerror: context canceled")) : Promise.resolve();
      },
    );
    await expect(cancelled).rejects.toThrow(OperationCancelled);
    await expect(cancelled).rejects.toThrow(
      /was cancelled; what it had done by then stays\n {4}fix: run the command again/,
    );
    expect(told).toEqual(["cancelling: the engine finishes the step it is at"]);
  });

  it("says what to do about a passphrase that isn't the state's", async () => {
    const failing = runOperation(
      "destroy",
      () => {},
      () => Promise.reject(new Error("code: 255\nerror: get stack secrets manager: incorrect passphrase")),
    );
    await expect(failing).rejects.toThrow(/incorrect passphrase\n {4}fix: restore \.blueprint\/passphrase/);
  });

  it("says how a lock is got rid of", async () => {
    const failing = runOperation(
      "up",
      () => {},
      () => Promise.reject(new Error("error: the stack is currently locked by 1 lock(s)")),
    );
    await expect(failing).rejects.toThrow(/currently locked(.|\n)*\.blueprint\/state\/\.pulumi\/locks/);
  });
});
