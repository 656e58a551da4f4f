import { statusesOf } from "./told-statuses.ts";

/** One event of an event stream. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

/** What a client of the agent does in tests. */
export function clientOf(url: string) {
  const request = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, init);
    const statuses = statusesOf(init.method ?? "GET", path);
    if (statuses && !statuses.has(`${response.status}`))
      throw new Error(`${path} answers ${response.status}; its OpenAPI document says ${[...statuses].join(", ")}`);
    return response;
  };
  const post = (path: string, body: unknown, init: RequestInit = {}) =>
    request(path, {
      method: "POST",
      body: JSON.stringify(body),
      ...init,
      headers: { "content-type": "application/json", ...init.headers },
    });
  return {
    url,
    post,
    get: request,
    async status(path: string): Promise<number> {
      const response = await request(path);
      await response.body?.cancel();
      return response.status;
    },
    async metrics(): Promise<string> {
      return (await fetch(`${url}/metrics`)).text();
    },
    /** A whole turn through `/turns`. */
    async turn(message: string, thread?: string): Promise<readonly StreamEvent[]> {
      return readEvents(await post("/turns", { message, thread }));
    },
    /** The same, but only what the agent says. */
    async ask(message: string, thread?: string): Promise<string> {
      return textOf(await readEvents(await post("/turns", { message, thread })));
    },
  };
}

export type Client = ReturnType<typeof clientOf>;

export async function readEvents(response: Response): Promise<readonly StreamEvent[]> {
  return parseEvents(await response.text());
}

export function parseEvents(stream: string): readonly StreamEvent[] {
  return stream.split("\n\n").flatMap((block) => {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined || data === "[DONE]") return [];
    return [{ event: /^event: (.*)$/m.exec(block)?.[1] ?? "message", data: JSON.parse(data) }];
  });
}

/** The text of a turn's `text` events. */
export function textOf(events: readonly StreamEvent[]): string {
  return events.map(({ event, data }) => (event === "text" && isRecord(data) ? String(data.delta) : "")).join("");
}

/** How each step of a turn ended, by its name. */
export function stepsOf(events: readonly StreamEvent[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    events.flatMap(({ event, data }) => (event === "step" && isRecord(data) ? [[data.name, data.outcome]] : [])),
  );
}

/** Reads a response until the text shows, and leaves the rest for later. */
export async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  text: string | RegExp,
): Promise<string> {
  const decoder = new TextDecoder();
  let seen = "";
  while (typeof text === "string" ? !seen.includes(text) : !text.test(seen)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended before "${text}": ${seen}`);
    seen += decoder.decode(value, { stream: true });
  }
  return seen;
}

export async function readRest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let seen = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return seen;
    seen += decoder.decode(value, { stream: true });
  }
}

/** The reader of a response that must have a body. */
export function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  if (!response.body) throw new Error(`The answer ${response.status} has no body`);
  return response.body.getReader();
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
