import { get } from "node:http";

/** Exits with 0 if the agent on this machine is alive, else with 1. For engines whose health check is a command. */
const { FLAME_HOST = "127.0.0.1", FLAME_PORT: port = "4111" } = process.env;
const host = { "0.0.0.0": "127.0.0.1", "::": "::1" }[FLAME_HOST] ?? FLAME_HOST;
const request = get({ host, port, path: "/health", timeout: 3_000, agent: false }, (response) => {
  process.exit(response.statusCode === 200 ? 0 : 1);
});
request.on("timeout", () => process.exit(1));
request.on("error", () => process.exit(1));
