import type { AgentClient } from "./agent-client.ts";
import { unmetExpectations } from "./expectation.ts";
import { approvalOf } from "./human.ts";
import type { ModelServer } from "./model-server.ts";
import type { Scenario, ScenarioStep, TurnExpectation } from "./scenario.ts";
import { type AskedTurn, brokenStateRules, turnIdOf } from "./state-rules.ts";
import { brokenTurnRules } from "./turn-rules.ts";
import type { RunningTurn } from "./turn-stream.ts";
import { until } from "./until.ts";

/** How long a turn of a killed agent takes until the others know, in milliseconds: its signs of life must stop first. */
const INTERRUPTED_BOUND_MILLISECONDS = 40_000;

/** Where a scenario happens. */
export interface Stage {
  /** Agents that share one database. */
  readonly agents: readonly { client(): AgentClient; kill?(): Promise<void>; restart?(): Promise<void> }[];
  /** Their model, where it is the seeded one. */
  readonly model?: ModelServer;
}

/**
 * Has a scenario happen over HTTP, as in production: answers are read as they stream. Checks each stream's form, rules
 * and expectations, and in the end the rules of the state. Fails with everything that was wrong.
 */
export async function runScenario(scenario: Scenario, stage: Stage): Promise<readonly AskedTurn[]> {
  const run = new Run(stage);
  for (const [index, step] of scenario.steps.entries()) {
    await run.take(step, `${index + 1}`);
    // What follows builds on what went before: a later step's failure would only hide the first one.
    if (run.problems.length > 0) break;
  }
  const client = run.agent().client();
  const problems = [...run.problems, ...(await brokenStateRules(client, run.turns))];
  if (run.problems.length === 0 && stage.model && stage.model.faults.left.length > 0)
    problems.push(`faults that no request met: ${JSON.stringify(stage.model.faults.left)}`);
  if (problems.length === 0) return run.turns;
  throw new Error(`Scenario "${scenario.name}":\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
}

class Run {
  readonly turns: { message: string; thread: string | undefined; reports: AskedTurn["reports"] }[] = [];
  readonly problems: string[] = [];
  readonly #stage: Stage;
  #next = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** The agent of this number, or the next one. */
  agent(number = this.#next++ % this.#stage.agents.length): Stage["agents"][number] {
    const agent = this.#stage.agents[number];
    if (!agent) throw new Error(`No agent ${number}; allowed: 0 to ${this.#stage.agents.length - 1}`);
    return agent;
  }

  async take(step: ScenarioStep, place: string): Promise<void> {
    switch (step.kind) {
      case "together":
        await Promise.all(step.steps.map((one, index) => this.take(one, `${place}.${index + 1}`)));
        return;
      case "faults":
        if (!this.#stage.model) throw new Error("The stage has no model; fix: give it the model server");
        return this.#stage.model.faults.add(...step.faults);
      case "kill":
      case "restart": {
        const act = this.agent(step.agent)[step.kind];
        if (!act)
          throw new Error(`Agent ${step.agent} can't be ${step.kind}ed on this stage; fix: give it that function`);
        return act();
      }
      case "learn":
      case "forget": {
        const client = this.agent(step.agent).client();
        const response = await (step.kind === "learn" ? client.learn(step.document) : client.forget(step.document));
        const body = await response.text();
        const right = step.status === undefined ? response.ok : response.status === step.status;
        if (!right) this.problems.push(`step ${place} (${step.kind}): answered ${response.status} ${body}`);
        return;
      }
      default:
        return this.#turn(step, place);
    }
  }

  async #turn(
    step: Extract<ScenarioStep, { thread?: string; expect?: TurnExpectation }>,
    place: string,
  ): Promise<void> {
    const client = this.agent(step.agent).client();
    const turn = step.kind === "say" ? this.#begin(step) : this.#lastIn(step.thread);
    const running = await this.#send(step, client, turn);
    if (step.kind === "say" && step.leaveAfter) {
      await running.seen(step.leaveAfter);
      running.leave();
    }
    const report = await running.report;
    turn.reports = [...turn.reports, report];
    const said = step.kind === "say" ? `say "${step.message}"` : `${step.kind} in ${step.thread}`;
    const left: TurnExpectation = step.kind === "say" && step.leaveAfter ? { outcome: "left" } : {};
    const wrong = [
      ...unmetExpectations(report, { ...left, ...step.expect }),
      ...brokenTurnRules(report, { resumed: step.kind !== "say" }),
    ];
    this.problems.push(...wrong.map((sentence) => `step ${place} (${said}): ${sentence}`));
  }

  #begin({ message, thread }: Extract<ScenarioStep, { kind: "say" }>) {
    const turn = { message, thread, reports: [] };
    this.turns.push(turn);
    return turn;
  }

  #lastIn(thread: string) {
    const turn = this.turns.findLast((one) => one.thread === thread);
    if (!turn) throw new Error(`Nothing was said in thread "${thread}" yet`);
    return turn;
  }

  async #send(
    step: Extract<ScenarioStep, { expect?: TurnExpectation }>,
    client: AgentClient,
    turn: AskedTurn,
  ): Promise<RunningTurn> {
    if (step.kind === "say") return client.say(step.message, step.thread);
    if (step.kind === "resume") {
      const id = turnIdOf(turn) ?? "";
      const resumable = async () => (await client.turn(id)).resumable;
      await until(`turn "${turn.message}" can be resumed`, resumable, INTERRUPTED_BOUND_MILLISECONDS);
      return client.resume(id);
    }
    const asking = turn.reports.findLast(({ outcome }) => outcome === "suspended");
    if (!asking) throw new Error(`Turn "${turn.message}" asks for no approval`);
    const approval = approvalOf(asking);
    return step.kind === "approve" ? client.approve(approval) : client.reject(approval, step.reason);
  }
}
