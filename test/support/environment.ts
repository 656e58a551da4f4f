import { ConfigurationError, type Problem } from "../../components/core/index.ts";
import type { LocalPodmanPlan, Manifest } from "../../components/topology/index.ts";
import { type Environment, NAMESPACE, parseEnvironment } from "../../stacks/config.ts";
import program from "../../stacks/index.ts";
import { planDesktop } from "../../stacks/local-podman.ts";
import { previewStack, type StackGraph } from "../../stacks/preview/index.ts";
import { renderEnvironment } from "../../stacks/render.ts";

/** The concerns of an environment, as its file would say them. */
export type Document = Readonly<Record<string, unknown>>;

/** Stands for a secret that a test doesn't give a value of its own: each name has another one, so that none is taken for another. */
const secretValueOf = (name: string) => `a-secret-value-of-the-tests-${name}`;

/** Declared in every document, so that no engine of the machine has a say. */
export const PODMAN = { kind: "podman", socket: "/run/podman/podman.sock" } as const;
export const DOCKER = { kind: "docker", socket: "/var/run/docker.sock" } as const;

/** A desktop's document with a few concerns of its own. */
export function desktopDocument(concerns: Document = {}): Document {
  return { topology: { kind: "local-podman", engine: PODMAN }, ...concerns };
}

/** How a document is looked at, beside what it says. */
interface Look {
  readonly name?: string;
  /** Values of secrets by name; a secret that the document refers to and that isn't here gets a value too. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Secrets of the document that have no value. */
  readonly unsetSecrets?: readonly string[];
  /** Hears the name of each resource as it is registered. */
  readonly onName?: (resource: string) => void;
}

/** Parses a document. */
export function environmentOf(document: Document, look: Look = {}): Environment {
  const secretNames = secretValues(document, look).map(([name]) => name);
  return parseEnvironment(look.name ?? "dev", { values: document, secretNames });
}

/** What an accepted document renders, or what its schema or its plan refuses. */
export type Rendering =
  | { readonly kind: "accepted"; readonly manifests: readonly Manifest[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** Parses, plans and renders a document. */
export function render(document: Document, look: Look = {}): Rendering {
  try {
    return { kind: "accepted", manifests: renderEnvironment(environmentOf(document, look)) };
  } catch (error) {
    if (error instanceof ConfigurationError) return { kind: "refused", problems: error.problems };
    throw error;
  }
}

/** Every problem of a document, from its schema or from its plan; none where it is accepted. */
export function problemsOf(document: Document, look: Look = {}): readonly Problem[] {
  const rendering = render(document, look);
  return rendering.kind === "refused" ? rendering.problems : [];
}

/** The plan of an accepted desktop's document. */
export function planOf(document: Document, look: Look = {}): LocalPodmanPlan {
  const desktop = planDesktop(environmentOf(document, look));
  if (!desktop) throw new Error("the document isn't a desktop's");
  return desktop.plan;
}

/** What an accepted document renders. */
export function manifestsOf(document: Document, look: Look = {}): readonly Manifest[] {
  return renderEnvironment(environmentOf(document, look));
}

/** What the program makes of a document, without an engine. */
export function graphOf(document: Document, look: Look = {}): Promise<StackGraph> {
  const { name = "dev", onName = () => undefined } = look;
  const values = Object.entries(document).map(([concern, value]) => [`${NAMESPACE}:${concern}`, text(value)] as const);
  const secrets = secretValues(document, look).map(([secret, value]) => [`${NAMESPACE}:${secret}`, value] as const);
  return previewStack({
    project: "blueprint",
    stack: name,
    program,
    config: Object.fromEntries([...values, ...secrets]),
    secretKeys: secrets.map(([key]) => key),
    onResource: (resource) => {
      onName(resource.name);
      return undefined;
    },
  });
}

function secretValues(document: Document, { secrets = {}, unsetSecrets = [] }: Look) {
  return secretNamesIn(document)
    .filter((secret) => !unsetSecrets.includes(secret))
    .map((secret) => [secret, secrets[secret] ?? secretValueOf(secret)] as const);
}

/** Names of the secrets that a document refers to, each once. */
export function secretNamesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const names = Object.entries(value).flatMap(([key, inner]) =>
    key === "secret" && typeof inner === "string" ? [inner] : secretNamesIn(inner),
  );
  return [...new Set(names)];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
