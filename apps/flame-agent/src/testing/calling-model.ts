import { answeringServer } from "./answering-server.ts";
import type { AtEnd } from "./at-end.ts";
import { isRecord } from "./client.ts";

/** A call that the model makes. */
export interface ModelCall {
  readonly id: string;
  readonly name: string;
  readonly input: object;
}

/**
 * A model's server whose first answer to what somebody says is the calls that `callsOf` finds in it, all in one; behind
 * what came of them it says `done`. As OpenAI's server it refuses calls that nothing came of.
 */
export async function callingModel(callsOf: (said: string) => readonly ModelCall[], atEnd?: AtEnd) {
  const refused: string[] = [];
  const told = new Set<unknown>();
  const url = await answeringServer((asked, response) => {
    const { messages }: { messages: unknown } = JSON.parse(asked);
    if (!Array.isArray(messages)) throw new Error("The model was asked without messages");
    for (const one of messages) if (isRecord(one) && one.role === "tool") told.add(one.tool_call_id);
    const unanswered = callsIn(messages).filter((id) => !told.has(id));
    if (unanswered.length > 0) {
      refused.push(...unanswered.map(String));
      response.writeHead(400).end(JSON.stringify({ error: { message: "tool_calls without responses" } }));
      return;
    }
    const last: unknown = messages.at(-1);
    const said = isRecord(last) && last.role === "user" ? contentOf(last.content) : undefined;
    const calls = said === undefined ? [] : callsOf(said);
    const tool_calls = calls.map(({ id, name, input }, index) => {
      return { index, id, type: "function", function: { name, arguments: JSON.stringify(input) } };
    });
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(chunk({ delta: calls.length > 0 ? { tool_calls } : { content: "done" } }));
    response.end(`${chunk({ delta: {}, finish_reason: calls.length > 0 ? "tool_calls" : "stop" })}data: [DONE]\n\n`);
  }, atEnd);
  const variables = {
    FLAME_MODEL: "openai-compatible",
    FLAME_MODEL_BASE_URL: `${url}/v1`,
    FLAME_MODEL_NAME: "calling",
    FLAME_MODEL_RETRIES: "0",
  };
  /** `refused`: ids of calls that it was told of without what came of them; `told`: of those with it. */
  return { variables, refused, told };
}

const chunk = (choice: object) =>
  `data: ${JSON.stringify({ id: "1", created: 1, model: "calling", choices: [{ index: 0, ...choice }] })}\n\n`;

function callsIn(messages: readonly unknown[]): readonly unknown[] {
  return messages.flatMap((message) => {
    const calls = isRecord(message) && Array.isArray(message.tool_calls) ? message.tool_calls : [];
    return calls.map((call: unknown) => (isRecord(call) ? call.id : undefined));
  });
}

function contentOf(content: unknown): string {
  if (!Array.isArray(content)) return String(content);
  return content.map((part: unknown) => (isRecord(part) ? String(part.text) : "")).join("");
}
