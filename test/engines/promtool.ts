import { execa } from "execa";

/** Whether Prometheus' promtool is on the PATH. Where `CI` is set, a missing one is an error; elsewhere its suite is skipped. */
export async function havePromtool(): Promise<boolean> {
  const { failed, message } = await execa("promtool", ["--version"], { reject: false });
  if (!failed) return true;
  if (process.env.CI) throw new Error(`promtool is missing: install Debian's package prometheus.\n${message}`);
  console.warn("promtool is missing: the suite of the rendered alerts is skipped");
  return false;
}

export function promtool(...parameters: readonly string[]) {
  return execa("promtool", parameters, { reject: false });
}
