import { connect } from "node:net";

/** What a server answers to bytes on a connection, in full; `""` when it says nothing within the bound. */
export function rawAnswer(port: number, bytes: string | Uint8Array, boundMilliseconds = 1_000): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(boundMilliseconds, done);
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", done);
    socket.on("close", done);
  });
}
