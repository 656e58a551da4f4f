import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import type { CanaryPlan } from "../../../../../components/orchestration/index.ts";
import { readCanary } from "./reading.ts";

/** No cluster is asked where a Prometheus tells. */
const NO_CLUSTER = {
  run: () => Promise.reject(new Error("no cluster")),
  during: () => Promise.reject(new Error("no cluster")),
};

/** A Prometheus that gives each query the answer of its name; it is gone after the test. */
async function prometheus(answers: Readonly<Record<string, unknown>>): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const answer = url.pathname === "/base/api/v1/query" ? answers[url.searchParams.get("query") ?? ""] : undefined;
    response.writeHead(answer === undefined ? 400 : 200).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/base/`;
}

const vector = (...values: readonly string[]) => ({
  status: "success",
  data: { resultType: "vector", result: values.map((value) => ({ metric: {}, value: [1, value] })) },
});

function planOf(url: string, latency?: string): CanaryPlan {
  return {
    revision: "new",
    specification: "as-wanted",
    names: { stable: "agent-stable", canary: "agent-canary", route: undefined },
    room: { by: "replicas", min: 4, max: 4 },
    steps: [],
    source: { kind: "prometheus", url, failures: "sum(failed)", total: "sum(all) > 0", latency },
    bounds: { failurePercentMax: 1, samplesMin: 20, latency: undefined },
    selector: {},
    metrics: { port: 4111, path: "/metrics", token: undefined },
    readySeconds: 1,
    drainSeconds: 1,
  };
}

it("reads a Prometheus, a scalar as well as the one value of a vector", async () => {
  const url = await prometheus({
    "sum(failed)": { status: "success", data: { resultType: "scalar", result: [1, "2"] } },
    "sum(all) > 0": vector("100"),
    latency: vector("0.25"),
  });
  expect(await readCanary(NO_CLUSTER, planOf(url, "latency"))).toEqual({
    counts: { [url]: { failures: 2, total: 100, buckets: [] } },
    latencySeconds: 0.25,
  });
});

it.each([
  { why: "there is none", answer: vector() },
  { why: "there are several", answer: vector("1", "2") },
  { why: "it is none", answer: vector("NaN") },
  { why: "it isn't an answer", answer: "<html></html>" },
  { why: "it is refused", answer: undefined },
])("reads no value where $why", async ({ answer }) => {
  const url = await prometheus({ "sum(failed)": vector("0"), "sum(all) > 0": answer });
  const { counts, latencySeconds } = await readCanary(NO_CLUSTER, planOf(url));
  expect(counts[url]).toMatchObject({ failures: 0, total: Number.NaN });
  expect(latencySeconds).toBeUndefined();
});
