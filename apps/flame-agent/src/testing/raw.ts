import { connect } from "node:net";

/** What is sent, besides the first bytes, and how long silence may last. */
interface RawExchange {
  /** Sent once, when `when` has come. */
  readonly later?: string;
  readonly when?: string;
  readonly boundMilliseconds?: number;
}

/** What a server answers to bytes on a connection, in full; `""` when it says nothing within the bound. */
export function rawAnswer(
  port: number,
  bytes: string | Uint8Array,
  { later, when = "", boundMilliseconds = 1_000 }: RawExchange = {},
): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    let waiting = later;
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(boundMilliseconds, done);
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
      if (waiting === undefined || !answer.includes(when)) return;
      socket.write(waiting);
      waiting = undefined;
    });
    socket.on("error", done);
    socket.on("close", done);
  });
}
