import { randomInt } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import type { ContainerPlan, SecretSource } from "../../../../../components/orchestration/index.ts";
import { codeOf, RunFailure } from "../failure.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Name of the environment variable that gives a secret's value: `modelApiKey` is `BLUEPRINT_SECRET_MODEL_API_KEY`. */
export function secretVariable(name: string): string {
  return `BLUEPRINT_SECRET_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * The values of an agent's secrets by the variable that it reads: a secret of the configuration from this process's
 * environment, a generated one from the file, where it is made once. Throws a `RunFailure` that names all that are missing.
 */
export async function resolveSecrets(
  secrets: ContainerPlan["secrets"],
  given: Readonly<Record<string, string | undefined>>,
  file: string,
): Promise<Record<string, string>> {
  const sources = Object.values(secrets);
  const missing = sources.flatMap((source) =>
    source.kind === "configuration" && !given[secretVariable(source.name)] ? [source.name] : [],
  );
  if (missing.length > 0) throw secretsMissing(missing);
  const made = await generated(sources, file);
  return Object.fromEntries(
    Object.entries(secrets).map(([variable, source]) => [
      variable,
      (source.kind === "configuration" ? given[secretVariable(source.name)] : made[source.name]) ?? "",
    ]),
  );
}

async function generated(sources: readonly SecretSource[], file: string): Promise<Record<string, string>> {
  const wanted = sources.filter((source) => source.kind === "generated");
  if (wanted.length === 0) return {};
  const kept = await readKept(file);
  const all = { ...Object.fromEntries(wanted.map(({ name, length }) => [name, randomText(length)])), ...kept };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  return all;
}

async function readKept(file: string): Promise<Record<string, string>> {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return {};
    throw new RunFailure({
      place: file,
      found: "can't be read as the secrets that were made here",
      mend: "restore it; removing it makes new secrets, which the old data don't know",
    });
  }
}

function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

function secretsMissing(names: readonly string[]): RunFailure {
  const variables = names.map((name) => `${secretVariable(name)} (${name})`);
  return new RunFailure({
    place: "secrets",
    found: `${names.length === 1 ? "one has" : `${names.length} have`} no value here: ${variables.join(", ")}`,
    allowed: "an environment variable for each, since without Pulumi nothing can decrypt those of the stack",
    mend: `export ${names.map((name) => `${secretVariable(name)}=…`).join(" ")}, or install Pulumi and a container engine`,
  });
}
