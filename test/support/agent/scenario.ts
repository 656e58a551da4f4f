import type { NewDocument } from "./agent-client.ts";
import type { ModelFault } from "./model-fault.ts";
import type { TurnEvent } from "./turn-event.ts";
import type { TurnReport } from "./turn-stream.ts";

type StepEvent = Extract<TurnEvent, { readonly event: "step" }>["data"];

/** What a turn must be like; what isn't named may be anything. */
export interface TurnExpectation {
  /** How its stream ends. Default: `ended`. */
  readonly outcome?: TurnReport["outcome"];
  /** What the agent says, or a pattern of it. */
  readonly text?: string | RegExp;
  /** Tools in the order of their calls. */
  readonly tools?: readonly string[];
  /** Documents that the answer cites, in their order. */
  readonly cites?: readonly string[];
  /** How steps of the workflow end. */
  readonly steps?: Partial<Record<StepEvent["name"], StepEvent["outcome"]>>;
  /** Code of its `error` event. */
  readonly error?: string;
  /** Status of the answer where the turn is refused. */
  readonly status?: number;
  /** The first word or tool call comes within this time of the request, in milliseconds. */
  readonly firstWithinMilliseconds?: number;
  /** It is over within this time, in milliseconds. */
  readonly overWithinMilliseconds?: number;
}

/** Which of the scenario's agents is asked. Default: they take turns. */
interface Asked {
  readonly agent?: number;
}

/** One thing that happens. */
export type ScenarioStep =
  /** A user says something. `leaveAfter`: they close the page once an event of this kind has come. */
  | (Asked & {
      readonly kind: "say";
      readonly message: string;
      readonly thread?: string;
      readonly expect?: TurnExpectation;
      readonly leaveAfter?: TurnEvent["event"];
    })
  /** A person decides about the call that waits in the thread. */
  | (Asked & {
      readonly kind: "approve" | "reject";
      readonly thread: string;
      readonly reason?: string;
      readonly expect?: TurnExpectation;
    })
  /** The interrupted turn of the thread is resumed. */
  | (Asked & { readonly kind: "resume"; readonly thread: string; readonly expect?: TurnExpectation })
  | (Asked & { readonly kind: "learn"; readonly document: NewDocument; readonly status?: number })
  | (Asked & { readonly kind: "forget"; readonly document: string; readonly status?: number })
  /** The model fails in the next requests, one fault each. */
  | { readonly kind: "faults"; readonly faults: readonly ModelFault[] }
  /** An agent is killed (`kill -9`) or stopped (SIGTERM), and a new one takes its place. */
  | { readonly kind: "kill" | "restart"; readonly agent: number }
  /** These happen at the same time. */
  | { readonly kind: "together"; readonly steps: readonly ScenarioStep[] };

/** What happens, in order, and what must come of it. */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly ScenarioStep[];
}
