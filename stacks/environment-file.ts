import { readFile } from "node:fs/promises";
import { type Document, LineCounter, parseDocument } from "yaml";
import { ConfigurationError } from "../components/core/index.ts";
import { type EnvironmentDocument, isConcern, NAMESPACE, splitSecrets } from "./config.ts";

/** A `Pulumi.<environment>.yaml`, read without the engine. */
export interface EnvironmentFile {
  readonly environment: string;
  /** The file as it was named, for a reader. */
  readonly path: string;
  readonly document: EnvironmentDocument;
  /** Line at which a setting stands, counted from 1; `undefined` where the file doesn't say it. */
  readonly lineOf: (setting: readonly (string | number)[]) => number | undefined;
}

/**
 * Reads an environment's file.
 * Throws a `ConfigurationError` where there is none, where it isn't YAML, or where a secret stands in it as plain text.
 */
export async function readEnvironmentFile(
  environment: string,
  path = `Pulumi.${environment}.yaml`,
): Promise<EnvironmentFile> {
  const lines = new LineCounter();
  const parsed = parseDocument(await readText(environment, path), { lineCounter: lines });
  const [syntax] = parsed.errors;
  if (syntax) {
    const line = syntax.linePos?.[0].line;
    throw problem(environment, path, `line ${line}: ${syntax.message.split("\n")[0]}`, "YAML", "correct the line");
  }

  const values = valuesOf(parsed);
  const document = splitSecrets(values);
  const plain = document.secretNames.filter((name) => !isEncrypted(values[name]));
  if (plain.length > 0) {
    throw new ConfigurationError(
      environment,
      plain.map((name) => ({
        path: name,
        given: "written as plain text",
        allowed: "a secret that Pulumi has encrypted",
        mend: `remove the line and run: pulumi config set --secret ${NAMESPACE}:${name}`,
      })),
    );
  }
  return { environment, path, document, lineOf: (setting) => lineOf(parsed, lines, setting) };
}

/** The configuration that the program reads, as the engine would hand it over; secrets get a stand-in. */
export function programConfiguration(document: EnvironmentDocument): {
  config: Record<string, string>;
  secretKeys: string[];
} {
  const secretKeys = document.secretNames.map((name) => `${NAMESPACE}:${name}`);
  const values = Object.entries(document.values).map(
    ([key, value]) => [`${NAMESPACE}:${key}`, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  return {
    config: Object.fromEntries([...values, ...secretKeys.map((key) => [key, SECRET_STAND_IN] as const)]),
    secretKeys,
  };
}

/** Value of every secret in a preview without the engine, which alone can decrypt them. */
const SECRET_STAND_IN = "secret-known-only-to-the-engine";

async function readText(environment: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    throw problem(
      environment,
      path,
      undefined,
      "a file beside Pulumi.yaml",
      `create ${path}, or name another environment`,
    );
  }
}

function valuesOf(parsed: Document): Record<string, unknown> {
  const config: unknown = parsed.get("config") === undefined ? {} : parsed.toJS().config;
  if (typeof config !== "object" || config === null) return {};
  const prefix = `${NAMESPACE}:`;
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), hidden(key.slice(prefix.length), value)]] : [],
    ),
  );
}

/** What stands beside the concerns may be a secret: only whether it is encrypted matters. */
function hidden(key: string, value: unknown): unknown {
  if (isConcern(key)) return value;
  return isEncrypted(value) ? { secure: true } : "(not shown)";
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

function lineOf(parsed: Document, lines: LineCounter, setting: readonly (string | number)[]): number | undefined {
  const [concern, ...rest] = setting;
  const node: unknown = parsed.getIn(["config", `${NAMESPACE}:${concern}`, ...rest], true);
  if (typeof node !== "object" || node === null || !("range" in node) || !Array.isArray(node.range)) return undefined;
  const [start] = node.range;
  return typeof start === "number" ? lines.linePos(start).line : undefined;
}

function problem(environment: string, path: string, given: string | undefined, allowed: string, mend: string) {
  return new ConfigurationError(environment, [{ path, given, allowed, mend }]);
}
