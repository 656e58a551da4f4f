import { lookup as systemLookup } from "node:dns/promises";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { FetchingConfiguration } from "../configuration.fetching.ts";
import { AddressRefused } from "./address-refused.ts";
import { isPublicAddress } from "./public-address.ts";

/** Redirects that are followed at most. */
const REDIRECTS_MAX = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** How names are looked up, and which addresses may be connected to. Others stand in for them in tests alone. */
export interface Network {
  resolve(hostName: string): Promise<readonly ResolvedAddress[]>;
  isPublic(address: string): boolean;
}

const SYSTEM: Network = {
  resolve: (hostName) => systemLookup(hostName, { all: true }),
  isPublic: isPublicAddress,
};

/** What an address holds. */
export interface Fetched {
  /** Such as `image/png`, without parameters. */
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/**
 * Gets what an allowed address holds, at most `maxBytes` of it. The address that a name leads to is checked where it is
 * connected to, so that there is no second look-up in which the name could lead elsewhere; each redirect is checked as
 * the first address was. Stops when `signal` is aborted, with its reason.
 * @throws AddressRefused where the address isn't allowed, or what it holds isn't.
 */
export async function guardedFetch(
  address: string,
  { hosts, mediaTypes }: Pick<FetchingConfiguration, "hosts" | "mediaTypes">,
  maxBytes: number,
  signal: AbortSignal,
  network: Network = SYSTEM,
): Promise<Fetched> {
  let url = new URL(address);
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    checkAddress(url, hosts, network);
    const response = await open(url, signal, network);
    try {
      const { statusCode = 0, headers } = response;
      if (REDIRECTS.has(statusCode) && headers.location !== undefined) {
        if (!URL.canParse(headers.location, url.href)) throw new AddressRefused("it leads to what is no address");
        url = new URL(headers.location, url);
        continue;
      }
      if (statusCode !== 200) throw new AddressRefused(`it answers ${statusCode}`);
      return { mediaType: mediaTypeOf(response, mediaTypes), bytes: await read(response, maxBytes, signal) };
    } finally {
      response.destroy();
    }
  }
  throw new AddressRefused(`it leads on more than ${REDIRECTS_MAX} times`);
}

function checkAddress(url: URL, hosts: readonly string[], network: Network): void {
  if (!/^https?:$/.test(url.protocol)) throw new AddressRefused("only http and https are fetched");
  if (url.username !== "" || url.password !== "") throw new AddressRefused("an address with credentials isn't fetched");
  // A port stands in `host` where it isn't the scheme's own, and an entry of the list allows that one alone.
  if (!hosts.includes(url.host)) throw new AddressRefused("its host isn't among those of FLAME_FETCH_HOSTS");
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(literal) !== 0 && !network.isPublic(literal)) throw new AddressRefused(NOT_PUBLIC);
}

const NOT_PUBLIC = "its host has no public address";

function open(url: URL, signal: AbortSignal, network: Network): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
    agent: false,
    lookup: publicLookup(network),
    signal,
    headers: { accept: "*/*", "accept-encoding": "identity" },
  });
  request.once("response", resolve);
  request.on("error", (error) => {
    if (signal.aborted) reject(signal.reason);
    else reject(error instanceof AddressRefused ? error : new AddressRefused("it can't be reached"));
  });
  request.end();
  return promise;
}

/** Gives a connection the addresses of a name, or none where one of them isn't public. */
function publicLookup({ resolve, isPublic }: Network): LookupFunction {
  return (hostName, { all }, done) => {
    resolve(hostName)
      .then((found) => {
        const [first] = found;
        if (!first || !found.every(({ address }) => isPublic(address))) throw new AddressRefused(NOT_PUBLIC);
        if (all) done(null, [...found]);
        else done(null, first.address, first.family);
      })
      .catch((error: unknown) => done(error instanceof AddressRefused ? error : new AddressRefused(NOT_PUBLIC), ""));
  };
}

function mediaTypeOf({ headers }: IncomingMessage, allowed: readonly string[]): string {
  if (!/^(identity)?$/i.test(headers["content-encoding"] ?? "")) throw new AddressRefused("what it holds is packed");
  const [mediaType = ""] = (headers["content-type"] ?? "").toLowerCase().split(";");
  if (allowed.includes(mediaType.trim())) return mediaType.trim();
  throw new AddressRefused(`what it holds isn't of an allowed type (FLAME_FETCH_TYPES): ${allowed.join(", ")}`);
}

async function read(response: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const tooLarge = () => new AddressRefused("what it holds is larger than FLAME_FETCH_MAX_KIB allows for a request");
  if (Number(response.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AddressRefused ? error : new AddressRefused("what it holds broke off");
  }
  return Buffer.concat(chunks, size);
}
