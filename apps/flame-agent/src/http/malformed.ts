import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Methods that any route may have. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** Longest path with its query, in characters: ids are short, and words belong in the body. */
const TARGET_LENGTH_MAX = 4_096;
/** A host as browsers and proxies write it: a name or an address, and a port. */
const HOST = /^([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/;

/** Why a request isn't answered by any route. */
interface Refusal {
  readonly status: number;
  readonly error: string;
}

/** What is wrong with a request whose head could be read, before anything is made of it; `undefined`: nothing. */
export function malformation({ method = "", url = "", headers, rawHeaders }: IncomingMessage): Refusal | undefined {
  if (!METHODS.has(method)) {
    return { status: 405, error: `The method ${method} isn't allowed; allowed: ${[...METHODS].join(", ")}` };
  }
  if (url.length > TARGET_LENGTH_MAX) {
    return { status: 414, error: `The path is longer than ${TARGET_LENGTH_MAX} characters` };
  }
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host").length;
  if (hosts !== 1 || !HOST.test(headers.host ?? "")) {
    return {
      status: 400,
      error: "The header Host is refused; allowed: one, with a name or an address, with or without a port",
    };
  }
  if (!url.startsWith("/") || !isReadable(url)) {
    return { status: 400, error: "The path is refused; allowed: one that begins with / and holds readable UTF-8" };
  }
  return undefined;
}

/** Whether the target decodes to text without control characters. */
function isReadable(target: string): boolean {
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    return !/[\0-\x1f\x7f]/.test(decodeURIComponent(target));
  } catch {
    return false;
  }
}

/** Answers a malformed request, and closes its connection: what follows on it can't be trusted either. */
export function refuse(response: ServerResponse, { status, error }: Refusal): void {
  const body = JSON.stringify({ error });
  response.writeHead(status, {
    "Content-Type": "application/json",
    ...(status === 405 && { Allow: [...METHODS].join(", ") }),
    "Content-Length": Buffer.byteLength(body),
    Connection: "close",
  });
  response.end(body);
}

/** Answers what Node's parser refuses (smuggling, broken or oversized heads, a head that never ends) in JSON too. */
export function answerParserErrors(server: Server, onRefused: () => void): void {
  const responses = new WeakMap<Duplex, ServerResponse>();
  server.on("request", ({ socket }, response) => responses.set(socket, response));
  server.on("clientError", (error: Error & { code?: string }, socket: Socket) => {
    // In the middle of another answer nothing can be said that its reader wouldn't take for a part of it.
    const answering = responses.get(socket);
    const midway = answering?.headersSent && !answering.writableFinished;
    if (error.code === "ECONNRESET" || !socket.writable || midway) return void socket.destroy();
    onRefused();
    endWith(socket, parserRefusal(error.code));
  });
  server.on("connect", (_request: IncomingMessage, socket: Duplex) => {
    onRefused();
    endWith(socket, [405, "Method Not Allowed", "The method CONNECT isn't allowed: this is no proxy"]);
  });
}

/** Writes a whole answer to a connection that Node has made no response for, and ends it. */
function endWith(socket: Duplex, [status, reason, text]: ParserRefusal): void {
  const body = JSON.stringify({ error: text });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

type ParserRefusal = readonly [status: number, reason: string, text: string];

function parserRefusal(code: string | undefined): ParserRefusal {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return [431, "Request Header Fields Too Large", "The headers are too large; allowed: 16 KiB together"];
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, "Request Timeout", "The request didn't arrive in time"];
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return [413, "Payload Too Large", "The chunk extensions are too large"];
    default:
      return [400, "Bad Request", "The request can't be read as HTTP/1.1"];
  }
}
