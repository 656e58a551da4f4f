import { expect, it } from "vitest";
import { endUnlessLost } from "./hold-thread.ts";

const dataOf = (chunk: unknown) => `data: ${JSON.stringify(chunk)}\n\n`;
const CALL = dataOf({ type: "tool-call", payload: { args: { note: { type: "finish" } } } });
const FINISH = dataOf({ type: "finish", payload: { stepResult: { reason: "stop" } } });
const DONE = "data: [DONE]\n\n";

it.each([
  { why: "kept its thread", isLost: false, end: [FINISH, DONE] },
  { why: "lost its thread", isLost: true, end: [expect.stringContaining("Another turn took the thread")] },
])(
  "a stream tells all but its finish as it comes, and that in the end, of a turn that $why",
  async ({ isLost, end }) => {
    const { readable, writable } = endUnlessLost(() => isLost);
    const writer = writable.getWriter();
    const reader = readable.pipeThrough(new TextDecoderStream()).getReader();
    const write = (text: string) => void writer.write(new TextEncoder().encode(text));
    write(CALL);
    expect((await reader.read()).value).toBe(CALL);
    for (const text of [FINISH, DONE]) write(text);
    void writer.close();
    const rest: unknown[] = [];
    for (let one = await reader.read(); !one.done; one = await reader.read()) rest.push(one.value);
    expect(rest).toEqual(end);
  },
);
