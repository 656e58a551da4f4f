import { request } from "node:http";
import { z } from "zod";
import type { ImageReference } from "../components/core/index.ts";
import type { EngineTarget, ImageIds } from "../components/topology/index.ts";

/** What of an engine's answer counts here. */
const Inspected = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "isn't JSON" });
      return z.NEVER;
    }
  })
  .pipe(z.object({ Id: z.string() }));

/** Longest wait for an engine's answer, in milliseconds: a busy engine takes seconds, and a digest that is missed would replace its container. */
const ANSWER_MS = 5_000;
/** Port of an engine whose address names none. */
const STANDARD_PORT = 2375;

/**
 * Asks an engine for the digests of images that only its own store has: their names stay when they are built anew.
 * An image of a registry isn't asked for; its tag is taken for its content. What doesn't answer, or isn't there, has none.
 */
export async function findImages({ socket }: EngineTarget, images: readonly ImageReference[]): Promise<ImageIds> {
  const own = [...new Set(images.filter(({ registry }) => registry === "localhost").map(({ text }) => text))];
  const found = await Promise.all(own.map(async (name) => [name, await imageId(socket, name)] as const));
  return new Map(found.flatMap(([name, id]) => (id === undefined ? [] : [[name, id] as const])));
}

/** Docker's interface, which Podman has too: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageInspect */
function imageId(socket: string, name: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const asked = request(
    { ...addressOf(socket), path: `/images/${name}/json`, timeout: ANSWER_MS, agent: false },
    (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      answer.on("end", () => resolve(answer.statusCode === 200 ? idIn(text) : undefined));
      answer.on("error", () => resolve(undefined));
    },
  );
  asked.on("timeout", () => asked.destroy());
  asked.on("error", () => resolve(undefined));
  asked.end();
  return promise;
}

function addressOf(socket: string) {
  if (!/^(tcp|http):\/\//.test(socket)) return { socketPath: socket.replace(/^(unix|npipe):\/\//, "") };
  const { hostname, port } = new URL(socket.replace(/^tcp:/, "http:"));
  return { host: hostname, port: Number(port || STANDARD_PORT) };
}

function idIn(text: string): string | undefined {
  return Inspected.safeParse(text).data?.Id;
}
