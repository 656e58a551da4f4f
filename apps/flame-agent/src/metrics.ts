import { collectDefaultMetrics, Registry } from "prom-client";
import { modelMetrics, type TokenPrices } from "./metrics/model.ts";
import { requestMetrics } from "./metrics/requests.ts";
import { stepMetrics } from "./metrics/steps.ts";

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * What Prometheus may read: requests, turns, models, tools, steps, the process with its event loop, garbage collection
 * and memory. Every label has few values: route patterns and never paths, names and never ids.
 */
export function createMetrics(prices: TokenPrices = { inputPrice: 0, outputPrice: 0 }) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = requestMetrics(registry);
  return { registry, ...requests, ...stepMetrics(registry), ...modelMetrics(registry, prices, requests.turnsSoFar) };
}
