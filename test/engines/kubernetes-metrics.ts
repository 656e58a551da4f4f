import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** How a version does: what each reading of its metrics adds. */
interface Health {
  readonly completed: number;
  readonly failed: number;
  /** Whether its turns are longer than the turn budget. */
  readonly slow?: boolean;
}
export const GOOD: Health = { completed: 100, failed: 0 };

/**
 * Stands for the metrics endpoint of every pod, since no simulated pod runs a process: kubectl forwards a pod's port by
 * way of the API server to the simulated node, which leads here.
 */
export class PodMetrics {
  health = GOOD;
  /** Requests that came without the pods' token. */
  refused = 0;
  readonly #token: string;
  #completed = 0;
  #failed = 0;
  readonly #server: Server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${this.#token}`) {
      this.refused += 1;
      response.writeHead(401).end();
      return;
    }
    response.end(request.url === "/metrics" ? this.#text() : undefined);
  });

  constructor(token: string) {
    this.#token = token;
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address: string | AddressInfo | null = this.#server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #text(): string {
    this.#completed += this.health.completed;
    this.#failed += this.health.failed;
    const total = this.#completed + this.#failed;
    return [
      "# TYPE flame_turns_total counter",
      `flame_turns_total{outcome="completed"} ${this.#completed}`,
      `flame_turns_total{outcome="failed"} ${this.#failed}`,
      "# TYPE flame_turn_duration_seconds histogram",
      `flame_turn_duration_seconds_bucket{le="10"} ${this.health.slow ? 0 : total}`,
      `flame_turn_duration_seconds_bucket{le="+Inf"} ${total}`,
      "",
    ].join("\n");
  }
}
