import { z } from "zod";

/** Where a container image is and which version of it: parsed from `registry.example/team/agent:1.2.0@sha256:…`. */
export interface ImageReference {
  /** The reference as an engine takes it. */
  readonly text: string;
  /** Registry and path, without tag and digest. */
  readonly repository: string;
  /** Host of the registry; `localhost` is an image that lives in the engine's own store. */
  readonly registry: string;
  readonly tag: string | undefined;
  /** `sha256:…`, where the reference pins the content. */
  readonly digest: string | undefined;
}

/** The grammar of the OCI distribution specification (references with a registry host, tag and digest). */
const PATTERN =
  /^(?<registry>localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?|[a-z0-9-]+:\d+)\/(?<path>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/;

const ALLOWED =
  "an image with its registry and a tag other than latest, or a digest, such as registry.example/team/agent:1.2.0";

/** An image reference that always names its registry and pins a version by tag or digest. */
export const ImageReference = z.string().refine(isPinned, { error: ALLOWED, abort: true }).transform(parseImage);

function isPinned(text: string): boolean {
  const { tag, digest } = PATTERN.exec(text)?.groups ?? {};
  return digest !== undefined || (tag !== undefined && tag !== "latest");
}

function parseImage(text: string): ImageReference {
  const { registry = "", path = "", tag, digest } = PATTERN.exec(text)?.groups ?? {};
  return { text, registry, repository: `${registry}/${path}`, tag, digest };
}
