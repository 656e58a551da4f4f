import type { EnvironmentPlan } from "../../../../../stacks/plan.ts";
import type { Paint } from "../../paint.ts";
import { probe } from "../agent-client.ts";
import { askEngines, engineWords, listHeld, openHolding } from "../engines/index.ts";
import { RunFailure } from "../failure.ts";
import type { Place } from "../place.ts";
import { findRun } from "../run-record.ts";
import { targetOf } from "../targets/index.ts";

/** What a server's environment does now; `null` means not known. */
export interface ServerStatus {
  readonly environment: string;
  /** `null`: nothing is up. */
  readonly way: "pulumi" | null;
  readonly url: string;
  readonly since: string | null;
  /** What the address answers from here: `ready`, or why it isn't. */
  readonly readiness: string | null;
  readonly parts: readonly {
    readonly engine: string;
    readonly kind: string;
    readonly name: string;
    readonly state: string;
    readonly works: boolean;
  }[];
  /** What doesn't work, in words. */
  readonly alerts: readonly string[];
}

type ServerPlan = Extract<EnvironmentPlan, { kind: "remote-server" }>;

/** Looks at what runs on every engine of a server's environment, and whether its address answers. */
export async function observeServer(planned: ServerPlan, place: Place): Promise<ServerStatus> {
  const target = targetOf(planned);
  const { environment, url, engines } = target;
  const found = await findRun(place);
  if (found.kind === "none") {
    return { environment, way: null, url, since: null, readiness: null, parts: [], alerts: [] };
  }
  const engine = await askEngines(engines);
  if (engine.kind === "missing") {
    throw new RunFailure({
      place: `environment ${environment}`,
      found: `was brought up, but ${engine.why}`,
      mend: "start the engine, or mend the way to it, and ask again",
    });
  }
  const [held, answer] = await Promise.all([
    listHeld(engines.map(openHolding), environment),
    probe(`${url}${planned.plan.client.endpoints.readyPath}`),
  ]);
  const parts = held.flatMap(({ engine: { reference }, held: { kind, name, state, works } }) =>
    state === undefined ? [] : [{ engine: engineWords(reference), kind, name, state, works }],
  );
  const answered = answer.kind === "answered" ? `not ready (${answer.status})` : `silent (${answer.reason})`;
  const ready = answer.kind === "answered" && answer.status === 200;
  return {
    environment,
    way: "pulumi",
    url,
    since: found.run.startedAt,
    readiness: ready ? "ready" : answered,
    parts,
    alerts: parts.filter(({ works }) => !works).map(({ kind, name, state }) => `${kind} ${name}: ${state}`),
  };
}

/** A server's status for the terminal. */
export function renderServerStatus(status: ServerStatus, paint: Paint): string {
  const { environment, way, url, since, readiness, parts, alerts } = status;
  if (way === null) return `${environment}: nothing is up (blueprint up ${environment})\n`;
  const state = paint(readiness === "ready" ? "green" : "red", readiness ?? "unknown");
  const lines = [
    `${paint("bold", environment)}  ${way}  ${url}  ${state} from here  up since ${since ?? "unknown"}`,
    ...parts.map((part) => `  ${part.kind} ${part.name}: ${part.state} (${part.engine})`),
    ...alerts.map((alert) => paint("red", `  ALERT    ${alert}`)),
  ];
  return `${lines.join("\n")}\n`;
}
