import { createSocket } from "node:dgram";

/** A name server that answers every question for an address of version 4 with the addresses that it is given. */
export interface NameServer extends AsyncDisposable {
  answer(addresses: readonly string[]): void;
}

const HEAD_BYTES = 12;
const TYPE_ADDRESS = 1;

/** Starts it on port 53 of an address of loopback. */
export async function startNameServer(address: string, addresses: readonly string[]): Promise<NameServer> {
  let current = addresses;
  const socket = createSocket("udp4");
  socket.on("message", (question, { port, address: from }) => {
    const end = question.indexOf(0, HEAD_BYTES) + 5;
    const asked = question.subarray(HEAD_BYTES, end);
    const records = asked.readUInt16BE(asked.length - 4) === TYPE_ADDRESS ? current : [];
    const head = Buffer.alloc(HEAD_BYTES);
    question.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    // Each record: the name by reference, type, class, ten seconds, four bytes.
    const answers = records.map((one) =>
      Buffer.from([0xc0, HEAD_BYTES, 0, TYPE_ADDRESS, 0, 1, 0, 0, 0, 10, 0, 4, ...one.split(".").map(Number)]),
    );
    socket.send(Buffer.concat([head, asked, ...answers]), port, from);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(53, address, resolve);
  });
  return {
    answer: (next) => {
      current = next;
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
