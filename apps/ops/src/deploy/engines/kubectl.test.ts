import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openKubectl } from "./kubectl.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "blueprint-kubectl-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program in the place of kubectl. */
async function standIn(script: string) {
  const program = join(folder, "kubectl");
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  return openKubectl({ context: "staging", kubeconfig: "/etc/kubeconfig", namespace: "flame" }, program);
}

it("goes to the plan's cluster and namespace", async () => {
  const kubectl = await standIn('echo "$@"; cat');
  expect(await kubectl.run(["replace", "--filename=-"], "object")).toBe(
    "--context staging --kubeconfig /etc/kubeconfig --namespace flame replace --filename=-\nobject",
  );
});

it("says what the cluster said where it refuses", async () => {
  const kubectl = await standIn('echo "error: timed out waiting for the condition" >&2; exit 1');
  await expect(kubectl.run(["rollout", "status", "deployment/a"])).rejects.toThrow(
    "kubectl rollout status: error: timed out waiting for the condition",
  );
});

it("says what is missing where it isn't there", async () => {
  const kubectl = openKubectl({ context: undefined, kubeconfig: undefined, namespace: "flame" }, join(folder, "none"));
  await expect(kubectl.run(["get", "pods"])).rejects.toThrow(
    /it isn't there\n {4}allowed: .*\n {4}fix: install kubectl/,
  );
});

it("works with a command's output while it runs, and ends it then", async () => {
  const kubectl = await standIn('echo "Forwarding from 127.0.0.1:43121 -> 4111"; exec sleep 600');
  const found = await kubectl.during(["port-forward"], /127\.0\.0\.1:(\d+)/, (port) => Promise.resolve(port));
  expect(found).toBe("43121");
  const failing = await standIn('echo "error: pods not found" >&2; exit 1');
  await expect(failing.during(["port-forward", "pod/a"], /:(\d+)/, (port) => Promise.resolve(port))).rejects.toThrow(
    "kubectl port-forward pod/a: error: pods not found",
  );
});
