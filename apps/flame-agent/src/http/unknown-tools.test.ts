import { expect, it, onTestFinished } from "vitest";
import { testAgent } from "../testing/agent.ts";
import { callingModel } from "../testing/calling-model.ts";
import { isRecord, readEvents } from "../testing/client.ts";

it.each(["nosuch", "constructor", "toString", "__proto__", "hasOwnProperty"])(
  "a call of a tool that there is none of, %s, has failed, and the model goes on",
  async (name) => {
    const { variables } = await callingModel(() => [{ id: "c", name, input: {} }]);
    const agent = await testAgent(variables);
    onTestFinished(async () => void (await agent.stop()));
    const events = await readEvents(await agent.post("/turns", { message: "call it" }));
    const states = events.flatMap(({ event, data }) => (event === "tool" && isRecord(data) ? [data.state] : []));
    expect(states).toEqual(["called", "failed"]);
    expect(events.at(-1)).toMatchObject({ event: "end", data: { finishReason: "stop" } });
  },
);
