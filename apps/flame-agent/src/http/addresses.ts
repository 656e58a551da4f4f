import type { MiddlewareHandler } from "hono";
import { AddressRefused, addressesIn, type FoundAddress, guardedFetch, type Network } from "../addresses/index.ts";
import type { FetchingConfiguration } from "../configuration.fetching.ts";
import type { Metrics } from "../metrics.ts";
import type { AgentEnv } from "./env.ts";
import { isRecord } from "./is-record.ts";
import { replaceBody } from "./replace-body.ts";

/** Where a body has messages, on whatever route. */
const MESSAGE_FIELDS = ["messages", "message", "experimental_attachments", "attachments", "files"] as const;

/** Addresses that are fetched for one request at most, so that nobody has this server ask others thousands of times. */
const ADDRESSES_MAX = 200;

/**
 * Lets no address through that a message names a file by: what it holds is fetched from an allowed host and put in its
 * place, so that neither Mastra nor a model's server gets the address; all else is refused with 400. Fetching stops
 * when the client leaves or the turn is over.
 */
export function guardAddresses(
  fetching: FetchingConfiguration,
  metrics: Metrics,
  network?: Network,
): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const body: unknown = context.req.method === "POST" ? await context.req.json().catch(() => undefined) : undefined;
    if (!isRecord(body)) return next();
    const found = MESSAGE_FIELDS.flatMap((field) => addressesIn(body[field], field));
    if (found.length === 0) return next();
    const refused = (path: string, why: string) => {
      metrics.countRefusedRequest("address");
      return context.json({ error: `${path} is refused: ${why}` }, 400);
    };
    const [first] = found;
    if (first && fetching.hosts.length === 0) return refused(first.path, NOTHING_FETCHED);
    const [tooMany] = found.slice(ADDRESSES_MAX);
    if (tooMany) return refused(tooMany.path, `a request may name ${ADDRESSES_MAX} addresses, and has ${found.length}`);
    const stopped = context.get("turn")?.signal ?? context.req.raw.signal;
    try {
      await inline(found, fetching, stopped, network);
    } catch (error) {
      if (error instanceof PathRefused) return refused(error.path, `${error.message}; ${FIX}`);
      if (!stopped.aborted) throw error;
      // Its client left, or the turn's time was over before it began.
      return context.json({ error: "The request was stopped while its files were fetched" }, 503);
    }
    for (const field of MESSAGE_FIELDS) {
      const [left] = addressesIn(body[field], field);
      if (left) return refused(left.path, NOTHING_FETCHED);
    }
    replaceBody(context, body);
    return next();
  };
}

const FIX = "fix: send the content itself, as base64 or a data: URL";
const NOTHING_FETCHED = `this agent fetches no addresses, and hands none on; ${FIX}`;

/** Why what stands at a path can't be used. */
class PathRefused extends Error {
  readonly path: string;

  constructor(path: string, why: string) {
    super(why);
    this.path = path;
  }
}

/** Fetches one after the other, all within the time and the size that one request has. */
async function inline(
  found: readonly FoundAddress[],
  fetching: FetchingConfiguration,
  stopped: AbortSignal,
  network: Network | undefined,
): Promise<void> {
  const stopping = new AbortController();
  const late = new AddressRefused(`it takes longer than the ${fetching.seconds} s of FLAME_FETCH_SECONDS`);
  const timer = setTimeout(() => stopping.abort(late), fetching.seconds * 1000);
  const stop = () => stopping.abort(stopped.reason);
  stopped.throwIfAborted();
  stopped.addEventListener("abort", stop, { once: true });
  let bytesLeft = fetching.maxKiB * 1024;
  try {
    for (const { address, path, replaceBy } of found) {
      const { mediaType, bytes } = await guardedFetch(address, fetching, bytesLeft, stopping.signal, network).catch(
        (error: unknown) => {
          throw error instanceof AddressRefused ? new PathRefused(path, error.message) : error;
        },
      );
      bytesLeft -= bytes.length;
      replaceBy(`data:${mediaType};base64,${bytes.toString("base64")}`);
    }
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener("abort", stop);
  }
}
