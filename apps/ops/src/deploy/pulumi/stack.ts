import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { OWNER_VARIABLES } from "../../../../../stacks/ownership.ts";
import { readProject } from "../../project.ts";
import { codeOf, RunFailure } from "../failure.ts";
import { makeOwner } from "../owner.ts";
import type { Place } from "../place.ts";
import type { PulumiEngine } from "../pulumi-engine.ts";
import { saidBy } from "./engine-words.ts";
import { hasSecrets, saltOf, withoutSalt, withSalt } from "./stack-file.ts";

/** Marks an encrypted value in a state: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig.go */
const SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270";
/** A secret that is set only so that Pulumi makes a salt; the file is written back without it. */
const PROBE = "blueprint:probe";
/** Length of a passphrase that is made here: 256 bits. */
const PASSPHRASE_BYTES = 32;

/**
 * The environment's stack in the project's own state folder; made where it isn't there. Its file keeps the form that
 * its author gave it. Throws a `RunFailure` where the state can't be opened, or needs a passphrase that is gone.
 */
export async function selectStack(environment: string, place: Place, engine: PulumiEngine): Promise<Stack> {
  const file = stackFile(environment);
  const original = await readFile(file, "utf8");
  try {
    await mkdir(place.state, { recursive: true, mode: 0o700 });
    const owner = await makeOwner(place);
    const passphrase = await passphraseOf(place, () => requireNothingEncrypted(environment, place, original));
    // A salt that was made with a passphrase that is gone encrypts nothing here: Pulumi makes another.
    if (passphrase.isNew) await writeChanged(file, original, withoutSalt(original));
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: environment, workDir: process.cwd() },
      {
        pulumiCommand: await commandOf(place, engine),
        envVars: {
          ...variablesOf(place, engine),
          ...passphrase.variable,
          [OWNER_VARIABLES.id]: owner.id,
          [OWNER_VARIABLES.place]: owner.place,
        },
      },
    );
    // A stack that is only selected would get its salt from the next operation, which writes the whole file anew.
    if (saltOf(await readFile(file, "utf8")) === undefined) await stack.setConfig(PROBE, { value: "", secret: true });
    const salt = saltOf(await readFile(file, "utf8"));
    await writeFile(file, salt === undefined ? original : withSalt(original, salt));
    return stack;
  } catch (error) {
    await writeFile(file, original);
    throw error instanceof RunFailure ? error : cannotOpen(environment, place, error);
  }
}

/**
 * Removes a stack that has no resource left, and the salt from its file where nothing was encrypted with it. With the
 * project's last stack go the state folder and the passphrase, unless some secret still needs that.
 */
export async function removeStack(environment: string, stack: Stack, place: Place): Promise<void> {
  await stack.workspace.removeStack(environment, { preserveConfig: true });
  const file = stackFile(environment);
  const text = await readFile(file, "utf8").catch(() => "");
  if (!hasSecrets(text)) await writeChanged(file, text, withoutSalt(text));
  if (await isStateNeeded(stack)) return;
  for (const path of [place.state, place.engine, place.passphrase, place.owner])
    await rm(path, { recursive: true, force: true });
}

/** Whether there is another stack, or a file whose secrets the passphrase decrypts. */
async function isStateNeeded({ workspace }: Stack): Promise<boolean> {
  if ((await workspace.listStacks()).length > 0) return true;
  const files = (await readdir(workspace.workDir)).filter((name) => /^Pulumi\..+\.yaml$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(workspace.workDir, name), "utf8")));
  return texts.some((text) => saltOf(text) !== undefined);
}

function stackFile(environment: string): string {
  return `Pulumi.${environment}.yaml`;
}

async function writeChanged(file: string, before: string, after: string): Promise<void> {
  if (after !== before) await writeFile(file, after);
}

/** The Automation API takes the engine from a `bin` folder only: one that lies elsewhere is reached through a link. */
async function commandOf(place: Place, { program }: PulumiEngine): Promise<PulumiCommand> {
  if (basename(dirname(program)) === "bin") return PulumiCommand.get({ root: dirname(dirname(program)) });
  const folder = join(place.engine, "bin");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rm(join(folder, basename(program)), { force: true });
  await symlink(program, join(folder, basename(program)));
  return PulumiCommand.get({ root: place.engine });
}

function variablesOf(place: Place, { program }: PulumiEngine): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: pathToFileURL(place.state).href,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The program runs with the Node that runs this; language host and providers may lie beside the engine.
    PATH: [dirname(process.execPath), dirname(program), process.env.PATH].join(delimiter),
  };
}

/** Whoever has set a passphrase has encrypted the stack's secrets with it; else one is made, once, where none is missed. */
async function passphraseOf(
  place: Place,
  requireNoneMissed: () => Promise<void>,
): Promise<{ variable: Record<string, string>; isNew: boolean }> {
  const { PULUMI_CONFIG_PASSPHRASE: own, PULUMI_CONFIG_PASSPHRASE_FILE: ownFile } = process.env;
  if (own !== undefined || ownFile !== undefined) return { variable: {}, isNew: false };
  if (!existsSync(place.passphrase)) await requireNoneMissed();
  const isNew = await makePassphrase(place.passphrase);
  return { variable: { PULUMI_CONFIG_PASSPHRASE: await readFile(place.passphrase, "utf8") }, isNew };
}

/** Throws a `RunFailure` where something of the environment was encrypted with a passphrase, and there is none any more. */
async function requireNothingEncrypted(environment: string, place: Place, file: string): Promise<void> {
  const { name } = await readProject();
  const state = await readFile(join(place.state, ".pulumi", "stacks", name, `${environment}.json`), "utf8").catch(
    () => "",
  );
  const encrypted = [
    ...(hasSecrets(file) ? [`the secrets in ${stackFile(environment)}`] : []),
    ...(state.includes(SECRET_MARK) ? [`the state of what runs, in ${place.state}`] : []),
  ];
  if (encrypted.length === 0) return;
  throw new RunFailure({
    place: place.passphrase,
    found: `isn't there, and with what was in it are encrypted: ${encrypted.join("; ")}`,
    allowed: "the passphrase of then, in that file or in PULUMI_CONFIG_PASSPHRASE",
    mend: "restore the file from a copy, or export PULUMI_CONFIG_PASSPHRASE; where it is lost for good, docs/lifecycle.md (A lost passphrase) tells how to go on with the data that there are",
  });
}

async function makePassphrase(path: string): Promise<boolean> {
  try {
    await writeFile(path, randomBytes(PASSPHRASE_BYTES).toString("base64url"), { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function cannotOpen(environment: string, place: Place, error: unknown): RunFailure {
  const said = saidBy(error);
  return new RunFailure({
    place: `Pulumi's state of ${environment} in ${place.state}`,
    found: said,
    mend: /passphrase/i.test(said)
      ? `export PULUMI_CONFIG_PASSPHRASE with which the secrets of ${stackFile(environment)} were encrypted`
      : "mend what Pulumi says",
  });
}
