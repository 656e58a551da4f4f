import { ChunkFrom, MastraModelOutput } from "@mastra/core/stream";
import { currentRequest, noteCaught, type RequestScope } from "../request-scope.ts";

/** A run of an agent, as far as its failures go. */
type Output = Pick<MastraModelOutput, "runId" | "error" | "consumeStream">;
type Chunks = ReturnType<typeof chunksOf>;
type Chunk = Chunks extends ReadableStream<infer One> ? One : never;

/** As Mastra has them: whatever reads a run's chunks, or waits for its end, does it by these. */
const {
  __getUnfilteredFullStream: chunksOf,
  _waitUntilFinished: endOf,
  getFullOutput: wholeOf,
} = MastraModelOutput.prototype;

/**
 * Has the runs of all agents tell how they failed, whatever failed, to whoever reads their chunks: who asked for the run
 * or subscribed to its thread. By itself Mastra tells it where the model or a step fails, says that all is well where an
 * answer couldn't be stored, and says nothing and never ends where a run couldn't begin, because the database was away
 * say: the run's thread then waits for it for ever.
 */
export function tellFailures(): void {
  Object.assign(MastraModelOutput.prototype, {
    __getUnfilteredFullStream(this: MastraModelOutput) {
      return withFailure(this, chunksOf.call(this));
    },
    _waitUntilFinished(this: MastraModelOutput) {
      noteRequest(this);
      return Promise.race([endOf.call(this), brokenOff(this)]);
    },
    getFullOutput(this: MastraModelOutput) {
      return wholeOf.call(this).catch(noteCaught);
    },
  });
}

/** The request that each run works for, whoever else reads its chunks: what it caught tells most of a failure. */
const requests = new WeakMap<Output, RequestScope | undefined>();

function noteRequest(output: Output): RequestScope | undefined {
  if (!requests.has(output)) requests.set(output, currentRequest());
  return requests.get(output);
}

/** Resolves where the run broke off; of one that ended it says nothing. */
function brokenOff(output: Output): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  void output.consumeStream({ onError: () => resolve() }).catch(() => resolve());
  return promise;
}

function withFailure(output: Output, chunks: Chunks): Chunks {
  const request = noteRequest(output);
  const reader = chunks.getReader();
  let told = false;
  let failure: unknown;
  /** Kept back until the answer is stored. */
  let finish: Chunk | undefined;
  const fail = async (error: unknown) => {
    failure = error ?? new Error("The run failed");
    // What waits for its next chunk would wait for ever.
    await reader.cancel();
  };
  void output.consumeStream({ onError: (error) => void fail(error) }).catch(fail);
  return new ReadableStream<Chunk>(
    {
      async pull(controller) {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          told ||= value.type === "error";
          const before = finish;
          finish = value.type === "finish" ? value : undefined;
          if (before) controller.enqueue(before);
          if (!finish) controller.enqueue(value);
          if (before || !finish) return;
        }
        failure ??= output.error;
        if (failure !== undefined && !told) {
          const payload = { error: request?.caught ?? failure };
          controller.enqueue({ type: "error", runId: output.runId, from: ChunkFrom.AGENT, payload });
        }
        if (failure === undefined && finish) controller.enqueue(finish);
        controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
