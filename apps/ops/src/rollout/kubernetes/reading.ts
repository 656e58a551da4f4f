import { z } from "zod";
import type { CanaryPlan, CanaryReading, CanarySource } from "../../../../../components/orchestration/index.ts";
import type { Kubectl } from "../../deploy/engines/kubectl.ts";
import { type CanaryCount, countsOf, UNREADABLE } from "./canary-counts.ts";
import { canaryPods } from "./cluster.ts";

type Headers = Readonly<Record<string, string>>;

const ANSWER_MILLISECONDS = 10_000;

/** What the source tells of the new version now. What it doesn't tell is no number, and no pass. */
export function readCanary(kubectl: Kubectl, plan: CanaryPlan): Promise<CanaryReading> {
  const { source } = plan;
  return source.kind === "agents" ? readAgents(kubectl, plan, source) : readPrometheus(source);
}

/** Each pod by way of the cluster, with the token that its clients have too. */
async function readAgents(
  kubectl: Kubectl,
  plan: CanaryPlan,
  source: Extract<CanarySource, { kind: "agents" }>,
): Promise<CanaryReading> {
  const { port, path, token } = plan.metrics;
  const [pods, bearer] = await Promise.all([canaryPods(kubectl, plan), token && readToken(kubectl, token)]);
  const headers: Headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const counts: Record<string, CanaryCount> = {};
  for (const pod of pods) {
    counts[pod] = await kubectl
      .during(["port-forward", `pod/${pod}`, `:${port}`, "--address=127.0.0.1"], FORWARDED, async (local) => {
        const text = await ask(`http://127.0.0.1:${local}${path}`, headers);
        return text === undefined ? UNREADABLE : countsOf(text, source);
      })
      // A pod that has just gone can't be asked: what it had counted is lost.
      .catch(() => UNREADABLE);
  }
  return { counts, latencySeconds: undefined };
}

const FORWARDED = /^Forwarding from 127\.0\.0\.1:(\d+) ->/m;

async function readToken(kubectl: Kubectl, { name, key }: { name: string; key: string }): Promise<string | undefined> {
  const encoded = await kubectl.run(["get", "secret", name, `--output=jsonpath={.data.${key}}`]);
  return encoded === "" ? undefined : Buffer.from(encoded, "base64").toString("utf8").trim();
}

async function readPrometheus(source: Extract<CanarySource, { kind: "prometheus" }>): Promise<CanaryReading> {
  const [failures, total, latency] = await Promise.all([
    query(source.url, source.failures),
    query(source.url, source.total),
    source.latency === undefined ? undefined : query(source.url, source.latency),
  ]);
  return { counts: { [source.url]: { failures, total, buckets: [] } }, latencySeconds: latency };
}

const Value = z.tuple([z.number(), z.string()]);
const Answer = z.object({
  status: z.literal("success"),
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("scalar"), result: Value }),
    z.object({ resultType: z.literal("vector"), result: z.tuple([z.object({ value: Value })]) }),
  ]),
});

/** The one value of a query; no number where there is none, or several. */
async function query(url: string, text: string): Promise<number> {
  const answer = await ask(`${url.replace(/\/+$/, "")}/api/v1/query?query=${encodeURIComponent(text)}`, {});
  const read = Answer.safeParse(parsed(answer));
  if (!read.success) return Number.NaN;
  const { data } = read.data;
  return Number(data.resultType === "scalar" ? data.result[1] : data.result[0].value[1]);
}

async function ask(url: string, headers: Headers): Promise<string | undefined> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined;
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
