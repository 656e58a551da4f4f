import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../testing/folder.ts";
import { guardedFetch, type Network } from "./guarded-fetch.ts";

const PNG = Buffer.from("89504e470d0a1a0a", "hex");
const TYPES = ["image/png"];
let port = 0;
const seen: string[] = [];
let gone = 0;
let sent = 0;
const MEBIBYTE = Buffer.alloc(1024 ** 2);

/** Pages of the test's server, by path. */
const PAGES: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>> = {
  "/png": (response) => response.setHeader("content-type", "image/png; q=1").end(PNG),
  "/html": (response) => response.setHeader("content-type", "text/html").end("<p>"),
  "/none": (response) => response.end(PNG),
  "/missing": (response) => response.writeHead(404).end(),
  "/packed": (response) =>
    response.writeHead(200, { "content-type": "image/png", "content-encoding": "gzip" }).end(PNG),
  "/said": (response) =>
    response.writeHead(200, { "content-type": "image/png", "content-length": "200000" }).write(PNG),
  "/cut": (response) => {
    response.writeHead(200, { "content-type": "image/png", "content-length": "50" }).write(PNG);
    setImmediate(() => response.destroy());
  },
  "/endless": (response) => {
    response.writeHead(200, { "content-type": "image/png" });
    const block = Buffer.alloc(16_384);
    const write = () => {
      while (!response.destroyed && response.write(block));
    };
    response.on("drain", write);
    write();
  },
  "/600-mib": (response) => {
    response.writeHead(200, { "content-type": "image/png" });
    function* blocks() {
      for (let block = 0; block < 600; block += 1) {
        sent += MEBIBYTE.length;
        yield MEBIBYTE;
      }
    }
    Readable.from(blocks(), { highWaterMark: 1 }).pipe(response);
  },
  "/hangs": () => {},
  "/to-png": (response) => response.writeHead(302, { location: "/png" }).end(),
  "/to-loopback": (response) => response.writeHead(302, { location: `http://127.0.0.2:${port}/png` }).end(),
  "/to-inside": (response) => response.writeHead(307, { location: `http://inside.example:${port}/png` }).end(),
  "/to-other": (response) => response.writeHead(301, { location: `http://other.example:${port}/png` }).end(),
  "/to-file": (response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  "/to-nothing": (response) => response.writeHead(302, { location: "http://[" }).end(),
  "/around": (response) => response.writeHead(302, { location: "/around" }).end(),
};

const server = createServer((request, response) => {
  seen.push(`${request.socket.localAddress} ${request.headers.host} ${request.url}`);
  response.once("close", () => {
    gone += 1;
  });
  PAGES[request.url ?? ""]?.(response, request);
});
beforeAll(async () => {
  server.listen(0, "0.0.0.0");
  await until("the server listens", () => server.listening);
  const address = server.address();
  port = typeof address === "object" && address ? address.port : 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** 127.0.0.1 stands for the internet here, and 127.0.0.2 for what is inside. */
function network(names: Readonly<Record<string, readonly string[]>> = {}): Network & { readonly lookUps: string[] } {
  const known: Readonly<Record<string, readonly string[]>> = {
    "files.example": ["127.0.0.1"],
    "inside.example": ["127.0.0.2"],
    ...names,
  };
  const lookUps: string[] = [];
  return {
    lookUps,
    async resolve(name) {
      lookUps.push(name);
      const found = known[name];
      if (!found) throw new Error(`no planted name ${name}`);
      return found.map((address) => ({ address, family: 4 }));
    },
    isPublic: (address) => address === "127.0.0.1",
  };
}

const fetched = (path: string, signal = AbortSignal.timeout(20_000), net: Network = network()) =>
  guardedFetch(
    path.startsWith("/") ? `http://files.example:${port}${path}` : path,
    {
      hosts: [
        `files.example:${port}`,
        `inside.example:${port}`,
        `127.0.0.1:${port}`,
        `127.0.0.2:${port}`,
        "files.example",
      ],
      mediaTypes: TYPES,
    },
    100_000,
    signal,
    net,
  );

describe("what an allowed address holds", () => {
  it("is fetched, with its type", async () => {
    expect(await fetched("/png")).toEqual({ mediaType: "image/png", bytes: PNG });
    expect(seen.at(-1)).toBe(`127.0.0.1 files.example:${port} /png`);
  });

  it("is fetched where a redirect leads to an allowed address", async () => {
    expect((await fetched("/to-png")).bytes).toEqual(PNG);
  });

  it.each([
    { why: "another type", path: "/html", message: /isn't of an allowed type.*image\/png/ },
    { why: "no type", path: "/none", message: /isn't of an allowed type/ },
    { why: "nothing", path: "/missing", message: /answers 404/ },
    { why: "packed content", path: "/packed", message: /is packed/ },
    { why: "more than it may, by its own word", path: "/said", message: /larger than FLAME_FETCH_MAX_KIB/ },
    { why: "more than it may", path: "/endless", message: /larger than FLAME_FETCH_MAX_KIB/ },
    { why: "less than it says", path: "/cut", message: /broke off/ },
  ])("is refused where that is $why", async ({ path, message }) => {
    const before = gone;
    await expect(fetched(path)).rejects.toThrow(message);
    await until("the connection is closed", () => gone > before);
  });
});

it("600 MiB of an allowed host cost no memory and are broken off at the limit", async () => {
  const before = { gone, rss: process.memoryUsage.rss() };
  let highest = before.rss;
  const watching = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 5);
  await expect(fetched("/600-mib")).rejects.toThrow(/larger than FLAME_FETCH_MAX_KIB/);
  await until("the connection is closed", () => gone > before.gone);
  clearInterval(watching);
  highest = Math.max(highest, process.memoryUsage.rss());
  // What the two ends of the connection hold on the way.
  expect(sent).toBeLessThan(32 * 1024 ** 2);
  expect((highest - before.rss) / 1024 ** 2).toBeLessThan(64);
});

describe("an address is refused, and nothing connected to", () => {
  it.each([
    { why: "of another host", path: "http://other.example/png", message: /isn't among those of FLAME_FETCH_HOSTS/ },
    { why: "of another port", path: "http://files.example:9/png", message: /isn't among those/ },
    { why: "of a longer name", path: "http://files.example.evil.example/png", message: /isn't among those/ },
    { why: "with credentials", path: "http://me:you@files.example/png", message: /credentials/ },
    { why: "of another scheme", path: "file:///etc/passwd", message: /only http and https/ },
  ])("$why", async ({ path, message }) => {
    const before = seen.length;
    const net = network();
    await expect(fetched(path, undefined, net)).rejects.toThrow(message);
    expect([seen.length, net.lookUps]).toEqual([before, []]);
  });

  it.each([
    { why: "its name leads inside", names: { "files.example": ["127.0.0.2"] } },
    { why: "its name leads inside too", names: { "files.example": ["127.0.0.1", "127.0.0.2"] } },
    { why: "its name leads nowhere", names: { "files.example": [] } },
  ])("where $why", async ({ names }) => {
    const before = seen.length;
    await expect(fetched("/png", undefined, network(names))).rejects.toThrow(/no public address/);
    expect(seen).toHaveLength(before);
  });

  it("where it is itself an address inside, in whatever spelling", async () => {
    for (const host of ["127.0.0.2", "127.2", "0x7f000002", "2130706434"])
      await expect(fetched(`http://${host}:${port}/png`)).rejects.toThrow(/no public address/);
    expect(seen.some((line) => line.startsWith("127.0.0.2"))).toBe(false);
  });

  it.each([
    { path: "/to-loopback", message: /no public address/ },
    { path: "/to-inside", message: /no public address/ },
    { path: "/to-other", message: /isn't among those/ },
    { path: "/to-file", message: /only http and https/ },
    { path: "/to-nothing", message: /no address/ },
    { path: "/around", message: /more than 3 times/ },
  ])("after a redirect as before it: $path", async ({ path, message }) => {
    await expect(fetched(path)).rejects.toThrow(message);
    expect(seen.some((line) => line.startsWith("127.0.0.2"))).toBe(false);
  });

  it("by the system's own look-up, where a name is this machine's", async () => {
    const hosts = [`localhost:${port}`];
    const given = guardedFetch(
      `http://localhost:${port}/png`,
      { hosts, mediaTypes: TYPES },
      100,
      AbortSignal.timeout(20_000),
    );
    await expect(given).rejects.toThrow(/no public address/);
  });
});

it("the address that is connected to is the one that was checked: a name is looked up once", async () => {
  let times = 0;
  const rebinding: Network = {
    ...network(),
    resolve: async () => {
      times += 1;
      return [{ address: times === 1 ? "127.0.0.1" : "127.0.0.2", family: 4 }];
    },
  };
  expect((await fetched("/png", undefined, rebinding)).bytes).toEqual(PNG);
  expect([times, seen.at(-1)]).toEqual([1, `127.0.0.1 files.example:${port} /png`]);
});

it("fetching stops with its signal, and so does its connection", async () => {
  const before = gone;
  const stopping = new AbortController();
  const hanging = fetched("/hangs", stopping.signal);
  await until("it was asked for", () => seen.at(-1)?.endsWith("/hangs") === true);
  stopping.abort(new Error("the client left"));
  await expect(hanging).rejects.toThrow("the client left");
  await until("the connection is closed", () => gone > before);
  await expect(fetched("/png", AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
});
