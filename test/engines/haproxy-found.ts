import { execa } from "execa";

/** Whether HAProxy is here, and may be given a network namespace; says so where not. An error where `CI` is set. */
export async function haveHaproxy(): Promise<boolean> {
  const { failed } = await execa("haproxy", ["-v"], { reject: false });
  if (failed && process.env.CI) throw new Error("no haproxy, and CI is set: run .ci/install-engines first");
  if (failed) console.warn("skipped: no haproxy on this machine (.ci/install-engines installs it)");
  return !failed && process.getuid?.() === 0;
}
