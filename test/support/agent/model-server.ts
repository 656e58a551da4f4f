import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type AnswerLength, answerConversation, type ModelAnswer } from "./model-answer.ts";
import { FaultScript, type ModelFault } from "./model-fault.ts";
import { ModelRequest } from "./model-request.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";

/** How a model talks. */
export interface ModelPace {
  /** Time to the first token, in milliseconds: from the least to the most, by chance of the seed. */
  readonly firstTokenMilliseconds: readonly [least: number, most: number];
  readonly tokensPerSecond: number;
  readonly length: AnswerLength;
}

/** At once: for tests of what is said and not of when. */
export const INSTANT: ModelPace = {
  firstTokenMilliseconds: [0, 0],
  tokensPerSecond: Number.POSITIVE_INFINITY,
  length: { leastWords: 8, mostWords: 24 },
};

/** A connection that breaks takes along what its reader hasn't read yet: it is given this time to. */
const BEFORE_CUT_MILLISECONDS = 50;

/** A model server that speaks OpenAI's chat protocol on loopback. */
export interface ModelServer extends AsyncDisposable {
  readonly faults: FaultScript;
  /** Every request so far, in the order of their coming. */
  readonly requests: readonly ModelRequest[];
  /** What an agent reaches it by. */
  readonly variables: Readonly<Record<string, string>>;
  readonly url: string;
}

export interface ModelServerOptions {
  readonly seed: number;
  readonly pace?: ModelPace;
  /** False: requests are not kept, for long runs. Default: they are. */
  readonly keepRequests?: boolean;
}

/** Starts a model that answers by the conversation and its tools, the same for the same seed. */
export async function startModelServer({
  seed,
  pace = INSTANT,
  keepRequests = true,
}: ModelServerOptions): Promise<ModelServer> {
  const faults = new FaultScript();
  const requests: ModelRequest[] = [];
  const server = createServer((request, response) => {
    // A client that leaves breaks the answer off; nobody is left to be told.
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parsed = ModelRequest.safeParse(JSON.parse(await bodyOf(request)));
    if (!parsed.success) return refuse(response, 400, parsed.error.message);
    if (keepRequests) requests.push(parsed.data);
    const fault = faults.take();
    if (fault?.kind === "silent") return;
    if (fault?.kind === "rate-limit") {
      response.setHeader("retry-after", `${fault.retryAfterSeconds}`);
      return refuse(response, 429, "Too many requests for this model");
    }
    if (fault?.kind === "server-error") return refuse(response, 500, "The model broke down");

    const random = seededRandom(seed, "pace", JSON.stringify(parsed.data.messages));
    const said = fault ? faulty(parsed.data, fault, seed, pace) : answerConversation(parsed.data, seed, pace.length);
    await delay(fault?.kind === "slow" ? fault.firstTokenMilliseconds : random.whole(...pace.firstTokenMilliseconds));
    const chunks = chunksOf(said, fault?.kind === "malformed-tool-call");
    const cutAfter = fault?.kind === "cut" ? fault.afterTokens : Number.POSITIVE_INFINITY;
    await (parsed.data.stream
      ? streamAnswer(response, parsed.data, chunks, { pace, random, cutAfter })
      : wholeAnswer(response, parsed.data, chunks));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("The model server has no port");
  const url = `http://127.0.0.1:${address.port}/v1`;
  return {
    faults,
    requests,
    url,
    variables: { FLAME_MODEL: "openai-compatible", FLAME_MODEL_BASE_URL: url, FLAME_MODEL_NAME: "seeded" },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Delta = Readonly<Record<string, unknown>>;

/** The answer in the pieces that a stream has, a word each. */
function chunksOf(answer: ModelAnswer, broken: boolean): Delta[] {
  if (answer.kind === "text") return pieces(answer.text).map((content) => ({ content }));
  const whole = JSON.stringify(answer.input);
  const text = broken ? whole.slice(0, -2) : whole;
  const head = { index: 0, id: answer.callId, type: "function", function: { name: answer.tool, arguments: "" } };
  return [
    { tool_calls: [head] },
    ...pieces(text).map((part) => ({ tool_calls: [{ index: 0, function: { arguments: part } }] })),
  ];
}

const pieces = (text: string): readonly string[] => text.match(/\s*\S+/g) ?? [];

interface Streaming {
  readonly pace: ModelPace;
  readonly random: SeededRandom;
  readonly cutAfter: number;
}

async function streamAnswer(
  response: ServerResponse,
  request: ModelRequest,
  deltas: readonly Delta[],
  { pace, random, cutAfter }: Streaming,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (data: object) =>
    response.write(`data: ${JSON.stringify({ ...envelope(request), object: "chat.completion.chunk", ...data })}\n\n`);
  let due = performance.now();
  for (const [index, delta] of deltas.entries()) {
    if (index >= cutAfter) {
      await delay(BEFORE_CUT_MILLISECONDS);
      return void response.destroy();
    }
    send({ choices: [{ index: 0, delta: index === 0 ? { role: "assistant", ...delta } : delta }] });
    // Tokens are due by the clock and not by the pause, so that a busy machine doesn't slow the model down.
    due += (1000 / pace.tokensPerSecond) * (0.5 + random.next());
    const early = due - performance.now();
    if (early > 0) await delay(early);
    if (response.destroyed) return;
  }
  send({ choices: [{ index: 0, delta: {}, finish_reason: finishReason(deltas) }], usage: usage(request, deltas) });
  response.end("data: [DONE]\n\n");
}

function wholeAnswer(response: ServerResponse, request: ModelRequest, deltas: readonly Delta[]): void {
  const content = deltas.map((delta) => (typeof delta.content === "string" ? delta.content : "")).join("");
  const choice = { index: 0, message: { role: "assistant", content }, finish_reason: "stop" };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({
      ...envelope(request),
      object: "chat.completion",
      choices: [choice],
      usage: usage(request, deltas),
    }),
  );
}

function faulty(request: ModelRequest, fault: ModelFault, seed: number, pace: ModelPace): ModelAnswer {
  const callId = `call_${seed}_${request.messages.length}`;
  if (fault.kind === "malformed-tool-call")
    return { kind: "tool-call", callId, tool: fault.tool, input: { broken: "this is cut" } };
  if (fault.kind === "unknown-tool") return { kind: "tool-call", callId, tool: "launch_rocket", input: {} };
  return answerConversation(request, seed, pace.length);
}

const envelope = ({ model }: ModelRequest) => ({ id: "seeded", created: 0, model });

const finishReason = (deltas: readonly Delta[]) =>
  deltas.some((delta) => "tool_calls" in delta) ? "tool_calls" : "stop";

function usage(request: ModelRequest, deltas: readonly Delta[]) {
  const prompt = request.messages.reduce((sum, { content }) => sum + pieces(content).length, 0);
  return { prompt_tokens: prompt, completion_tokens: deltas.length, total_tokens: prompt + deltas.length };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message, type: "error", code: status } }));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}
