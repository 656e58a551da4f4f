import { createServer, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

// Stands in for the flame agent where a test makes it fail: the same routes and signals, and others that break it.
const turns = new Set<ServerResponse>();
const hoard: Buffer[] = [];
let healthy = true;
let stops = 0;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://agent");
  const answer = (status: number, text = "") => void response.writeHead(status).end(text);
  switch (url.pathname) {
    case "/health":
      return answer(healthy ? 200 : 503);
    case "/ready":
      return answer(stops === 0 ? 200 : 503);
    case "/metrics":
      return answer(200, `flame_turns_active ${turns.size}\n`);
    case "/turns":
      return void takeTurn(response, Number(url.searchParams.get("milliseconds")));
    case "/sicken":
      healthy = false;
      return answer(200);
    case "/grow":
      hoard.push(Buffer.alloc(Number(url.searchParams.get("mib")) * 1024 ** 2, 1));
      return answer(200);
    case "/exit":
      return process.exit(Number(url.searchParams.get("code")));
    case "/hang":
      response.end();
      return void setTimeout(() => {
        for (;;);
      }, 50);
    default:
      return answer(404);
  }
});

async function takeTurn(response: ServerResponse, milliseconds: number): Promise<void> {
  turns.add(response);
  response.writeHead(200);
  const end = performance.now() + milliseconds;
  while (performance.now() < end && stops < 2) {
    response.write("word ");
    await delay(20);
  }
  response.end(stops < 2 ? "end" : "shut-down");
  turns.delete(response);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, async () => {
    stops += 1;
    while (turns.size > 0) await delay(10);
    server.close();
    server.closeAllConnections();
    process.exit(0);
  });
}

if (process.env.FAKE_FAILS === "1") {
  console.error("the fake agent fails on purpose");
  process.exit(3);
}
server.listen(Number(process.env.FLAME_PORT), process.env.FLAME_HOST, () => console.log(`listening as ${process.pid}`));
