/** An event of a turn with the id by which a client comes back. */
export interface NumberedEvent {
  readonly id: number | undefined;
  readonly event: string;
  /** JSON text. */
  readonly data: string;
}

/** A stream of a turn's events that is being read. */
export interface TurnFollower {
  /** What has come so far. */
  readonly events: readonly NumberedEvent[];
  /** Comment lines that have come so far, and when the last one did. */
  readonly heartbeats: readonly number[];
  /** Resolves when the stream is over, however it ended: `whole` says whether the connection lasted to its end. */
  readonly over: Promise<{ readonly whole: boolean }>;
  leave(): void;
}

/** Reads a response that is an event stream; fails where it is none. */
export function followTurn(response: Response): TurnFollower {
  if (!response.body || !response.headers.get("content-type")?.startsWith("text/event-stream"))
    throw new Error(`No event stream, but ${response.status}`);
  const events: NumberedEvent[] = [];
  const heartbeats: number[] = [];
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const read = async () => {
    let waiting = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { whole: true };
      const blocks = (waiting + value).split("\n\n");
      waiting = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        const id = /^id: (\d+)$/m.exec(block)?.[1];
        if (data === undefined) heartbeats.push(performance.now());
        else
          events.push({
            id: id === undefined ? undefined : Number(id),
            event: /^event: (.*)$/m.exec(block)?.[1] ?? "message",
            data,
          });
      }
    }
  };
  return {
    events,
    heartbeats,
    over: read().catch(() => ({ whole: false })),
    leave: () => void reader.cancel().catch(() => {}),
  };
}
