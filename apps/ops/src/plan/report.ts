import { type Change, changesBetween } from "../../../../stacks/changes/index.ts";
import type { EnvironmentSettings } from "../../../../stacks/config.ts";
import type { Explanation } from "../../../../stacks/explain.ts";
import type { EnvironmentPlan } from "../../../../stacks/plan.ts";
import {
  type Message,
  renderTree,
  type StackGraph,
  type Summary,
  summarise,
} from "../../../../stacks/preview/index.ts";
import type { PolicyVerdict } from "./policy-gate.ts";
import type { Promises } from "./promised.ts";
import { promisesOf } from "./promises.ts";
import { type RunsOn, runsOnOf } from "./runs-on.ts";
import type { StoredState } from "./stored-state.ts";

/** Everything that `blueprint plan` tells, whichever form it is told in. No secret's value is in it. */
export interface PlanReport {
  readonly environment: string;
  readonly topology: EnvironmentSettings["topology"]["kind"];
  /** Whether the environment may go up: the policies' gate is open and every promise is kept. */
  readonly ok: boolean;
  readonly runsOn: RunsOn;
  readonly summary: Summary;
  /** Every resource in the order of the tree, the stack first. */
  readonly tree: readonly TreeRow[];
  /** What the program logged. */
  readonly messages: readonly Pick<Message, "severity" | "text">[];
  readonly policies: PolicyVerdict;
  readonly promises: Promises;
  readonly settings: readonly Explanation[];
  /** What an update would change of what there is; `undefined`: there is no state to hold the plan against. */
  readonly against: AgainstState | undefined;
  /** What the report's picture is drawn from. */
  readonly planned: EnvironmentPlan;
  /** Time from the start of the command, in seconds: the only figure that differs from run to run. */
  readonly seconds: number;
}

/** One resource of the tree. */
interface TreeRow {
  /** 0 is the stack. */
  readonly depth: number;
  readonly type: string;
  readonly name: string;
  /** What is worth knowing, such as `memory 1024`. */
  readonly facts: readonly string[];
}

/** A plan held against a state. */
interface AgainstState {
  /** Path of the state's file. */
  readonly path: string;
  /** Without those resources that stay as they are. */
  readonly changes: readonly Change[];
  /** Name of the component that made what is there, where the plan's has another one: the environment was renamed. */
  readonly formerName: string | undefined;
}

interface Findings {
  readonly settings: EnvironmentSettings;
  readonly explanations: readonly Explanation[];
  readonly planned: EnvironmentPlan;
  readonly graph: StackGraph;
  readonly policies: PolicyVerdict;
  readonly state: StoredState | undefined;
  readonly seconds: number;
}

/** Puts together what reading, planning, previewing and checking an environment have found. */
export function reportOf(findings: Findings): PlanReport {
  const { settings, explanations, planned, graph, policies, state, seconds } = findings;
  const promises = promisesOf(planned, settings, state !== undefined);
  return {
    environment: planned.plan.environment,
    topology: settings.topology.kind,
    ok: policies.ok && promises.turns.kept,
    runsOn: runsOnOf(planned),
    summary: summarise(graph),
    tree: renderTree(graph).split("\n").flatMap(treeRow),
    messages: graph.messages.map(({ severity, text }) => ({ severity, text })),
    policies,
    promises,
    settings: explanations,
    against: state && againstState(state, graph),
    planned,
    seconds,
  };
}

function againstState({ path, resources, topologyName }: StoredState, graph: StackGraph): AgainstState {
  const planned = graph.resources.find(({ type }) => type.startsWith("blueprint:topology:"))?.name;
  return {
    path,
    changes: changesBetween(resources, graph),
    formerName: topologyName === planned ? undefined : topologyName,
  };
}

/** A line of the preview's tree: indentation of two spaces a level, type, name, then facts after two spaces. */
function treeRow(line: string): TreeRow[] {
  const { indentation = "", type = "", name = "", facts = "" } = TREE_LINE.exec(line)?.groups ?? {};
  // One engine makes everything: its name on every line would only hide the rest.
  const told = facts.split(", ").filter((fact) => fact !== "" && !fact.startsWith("by provider "));
  return name === "" ? [] : [{ depth: indentation.length / 2, type, name, facts: told }];
}

const TREE_LINE = /^(?<indentation> *)(?<type>\S+) (?<name>.+?)(?: {2}(?<facts>.+))?$/;
