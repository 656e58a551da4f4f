import { ChunkFrom, type ChunkType } from "@mastra/core/stream";

/** A run of an agent, as far as its failures go. */
interface AgentOutput {
  readonly runId: string;
  readonly fullStream: ReadableStream<ChunkType>;
  readonly error: Error | undefined;
  consumeStream(options: { readonly onError: (error: unknown) => void }): Promise<void>;
}

/** What makes a run. */
type Run = (...given: never[]) => Promise<AgentOutput>;

/**
 * Has the runs that an agent's method begins tell how they failed, whatever failed: by itself Mastra tells it where the
 * model or a step fails, says that all is well where an answer couldn't be stored, and says nothing and never ends
 * where a run couldn't begin, because the database was away say.
 */
export function tellFailures<Name extends string>(agent: Readonly<Record<Name, Run>>, ...names: readonly Name[]): void {
  for (const name of names) {
    const run = agent[name].bind(agent);
    const value: Run = async (...given) => {
      const output = await run(...given);
      return new Proxy(output, {
        get(target, name) {
          if (name === "fullStream") return withFailure(target, target.fullStream);
          const member: unknown = Reflect.get(target, name, target);
          return typeof member === "function" ? member.bind(target) : member;
        },
      });
    };
    Object.defineProperty(agent, name, { value });
  }
}

function withFailure(output: AgentOutput, chunks: ReadableStream<ChunkType>): ReadableStream<ChunkType> {
  const reader = chunks.getReader();
  let told = false;
  let failure: unknown;
  const fail = async (error: unknown) => {
    failure = error ?? new Error("The run failed");
    // What waits for its next chunk would wait for ever.
    await reader.cancel();
  };
  void output.consumeStream({ onError: (error) => void fail(error) }).catch(fail);
  return new ReadableStream<ChunkType>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (!done) {
          told ||= value.type === "error";
          return controller.enqueue(value);
        }
        const error = failure ?? output.error;
        if (error !== undefined && !told)
          controller.enqueue({ type: "error", runId: output.runId, from: ChunkFrom.AGENT, payload: { error } });
        controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
