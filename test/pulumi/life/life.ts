import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, vi } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { startTurn, untilReady } from "../../engines/turn.ts";
import { valueAt } from "../../support/document.ts";
import { type Document, secretNamesIn } from "../../support/environment.ts";
import { PASSPHRASE, PulumiProject, TREE } from "../engine.ts";
import { canSpeak } from "./changes.ts";
import { type Code, codeOfEarlierRelease, codeOfVersion } from "./code.ts";
import {
  EFFECTS,
  ENGINE_OBJECTS,
  type EngineStep,
  effectOf,
  isComponent,
  kindOf,
  nameIn,
  PlanDocument,
  Preview,
  parseOr,
  resourceOf,
  type SaidChange,
  StateFile,
} from "./engine-texts.ts";
import type { LifeTarget } from "./target.ts";

/** How long an agent has until it answers after an operation, in seconds. */
const READY_SECONDS = 60;
/** What is told, one after the other. */
const NAMES = ["Ada", "Grace", "Edsger", "Barbara", "Alan", "Frances", "Niklaus"];
/** Pause between two Ctrl-C of an impatient hand. */
const BETWEEN_SIGNALS_MS = 500;
/** Thread in which the agent is told what it has to remember. */
const THREAD = "life";

/** An environment that is brought up, changed and taken down, with what has to hold after each step. */
export class Life implements AsyncDisposable {
  readonly target: LifeTarget;
  readonly project: PulumiProject;
  readonly #secrets: Readonly<Record<string, unknown>>;
  #document: Document;

  private constructor(target: LifeTarget, project: PulumiProject, secrets: Readonly<Record<string, unknown>>) {
    this.target = target;
    this.project = project;
    this.#secrets = secrets;
    this.#document = target.document;
  }

  /** Makes the project and the environment's file; `root` is the tree whose code begins. */
  static async begin(target: LifeTarget, pulumi: string, root?: string): Promise<Life> {
    const variables = { ...target.variables, PULUMI_CONFIG_PASSPHRASE: PASSPHRASE };
    const project = await PulumiProject.create(pulumi, { variables, ...(root !== undefined && { root }) });
    const { environment, secrets } = target;
    await project.run("stack", "init", environment);
    const pairs = Object.entries(secrets).flatMap(([name, value]) => ["--secret", `blueprint:${name}=${value}`]);
    // Without one there would be no salt, and every operation's answer would depend on who makes it.
    await project.run(
      "config",
      "set-all",
      "--stack",
      environment,
      "--secret",
      "blueprint:unused=of-this-suite",
      ...pairs,
    );
    const file = await readFile(join(project.folder, `Pulumi.${environment}.yaml`), "utf8");
    const { config, ...salt } = StackFile.parse(parse(file));
    const { "blueprint:unused": _, ...encrypted } = config;
    const life = new Life(target, project, { ...salt, config: encrypted });
    await life.describe(target.document);
    return life;
  }

  /** Writes the environment's file. */
  async describe(document: Document): Promise<void> {
    const { config, ...salt } = StackFile.parse(this.#secrets);
    const concerns = Object.entries(document).map(([key, value]) => [`blueprint:${key}`, value]);
    const secrets = secretNamesIn(document).map((name) => [`blueprint:${name}`, config[`blueprint:${name}`]]);
    const file = join(this.project.folder, `Pulumi.${this.target.environment}.yaml`);
    await writeFile(file, stringify({ ...salt, config: Object.fromEntries([...concerns, ...secrets]) }));
    this.#document = document;
  }

  up(...parameters: readonly string[]) {
    return this.project.blueprint("up", this.target.environment, "--yes", ...parameters);
  }

  down(...parameters: readonly string[]) {
    return this.project.blueprint("down", this.target.environment, "--yes", ...parameters);
  }

  /** Brings it up as it is described, which must go well without a hand; what was told on the way. */
  async comesUp(): Promise<string> {
    const { exitCode, stderr, stdout } = await this.up();
    if (exitCode !== 0) throw new Error(`blueprint up ended with ${exitCode}: ${stdout}\n${stderr}`);
    return stderr;
  }

  /** Makes its stack by the engine itself, on the state that `blueprint` keeps. */
  async beginsByEngine(): Promise<void> {
    await this.project.runOnOwnState("stack", "init", this.target.environment);
  }

  /** Brings it up by the engine itself, on the state that `blueprint` keeps. */
  async comesUpByEngine(): Promise<void> {
    await this.project.runOnOwnState("up", "--stack", this.target.environment, "--yes", "--skip-preview");
  }

  /** Says something to the agent and returns its answer. */
  async say(message: string): Promise<string> {
    const url = this.#url();
    if (url === undefined) throw new Error("nobody answers here");
    const turn = await startTurn(url, message, THREAD, this.#token());
    return (await turn.text).trim();
  }

  /** Tells the agent something else to remember: what was told before falls out of what it looks back at. */
  async tell(): Promise<void> {
    this.#memory = await this.target.memory?.();
    if (this.#url() === undefined) return;
    const name = NAMES[this.#told % NAMES.length] ?? "Ada";
    expect(await this.say(`My name is ${name}.`)).toContain(name);
    this.#name = name;
    this.#told += 1;
  }

  #told = 0;
  #name = "";

  /** Throws unless somebody is ready for turns. */
  async answers(): Promise<void> {
    const url = this.#url();
    if (url !== undefined) await untilReady(url, READY_SECONDS);
  }

  /** Throws unless what was told last is remembered, where a turn can be taken here at all; and tells something else. */
  async remembers(): Promise<void> {
    expect(await this.target.memory?.()).toBe(this.#memory);
    if (this.#url() === undefined) return;
    await this.answers();
    if (!canSpeak(this.#document)) return;
    try {
      // A proxy may take a moment to see an agent that is ready.
      const answer = await vi.waitFor(() => this.say("What is my name?"), {
        timeout: READY_SECONDS * 1000,
        interval: 500,
      });
      expect(answer).toContain(this.#name);
    } finally {
      // What was forgotten, or asked for too often, is one step's failure and not that of those behind it.
      await this.tell();
    }
  }

  /** What must hold after every step that leaves it up. */
  async isWhole(): Promise<void> {
    await this.remembers();
    const [held, known] = [(await this.target.held()).toSorted().join(", "), (await this.#known()).join(", ")];
    // An error of its own tells all of it.
    if (held !== known) throw new Error(`the engines hold ${held}; the state knows ${known}`);
    await this.leavesOthers();
    const steps = (await this.steps()).map(
      ({ resource, effect, because }) => `a second up would ${effect} ${resource} (${because.join(", ")})`,
    );
    if (steps.length > 0) throw new Error(steps.join("; "));
  }

  async leavesOthers(): Promise<void> {
    expect(await this.target.others()).toEqual(this.#others);
  }

  #others: readonly string[] = [];
  #memory: string | undefined;

  /** Makes others' objects, and looks at how they are. */
  async plantOthers(): Promise<void> {
    await this.target.plantOthers();
    this.#others = await this.target.others();
    expect(this.#others.length).toBeGreaterThan(0);
  }

  /** What the engine says that an update would do, by resource: `docker:index/network:Network flame-x-network`. */
  async steps(): Promise<readonly EngineStep[]> {
    // Without its steps, a preview says nothing of what goes because something that it needs is replaced.
    const options = ["--json", "--show-replacement-steps"];
    const text = await this.project.runOnOwnState("preview", "--stack", this.target.environment, ...options);
    const steps = Preview.parse(JSON.parse(text)).steps.filter(({ op, urn }) => op in EFFECTS && !isComponent(urn));
    return [...Map.groupBy(steps, ({ urn }) => resourceOf(urn))].map(([resource, all]) => ({
      resource,
      effect: effectOf(all.map(({ op }) => op)),
      because: [...new Set(all.flatMap(({ diffReasons, replaceReasons }) => replaceReasons ?? diffReasons ?? []))],
    }));
  }

  /** What `blueprint plan` says that an update would do. */
  async said(): Promise<readonly SaidChange[]> {
    const { stdout, stderr } = await this.project.blueprint("plan", this.target.environment, "--json");
    const parsed = PlanDocument.safeParse(parseOr(stdout));
    if (!parsed.success) throw new Error(`blueprint plan says no changes: ${stdout.slice(-1000)}\n${stderr}`);
    return parsed.data.against?.changes ?? [];
  }

  /** Ids of all that the state has, by resource. */
  async ids(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#state()).map(({ urn, id }) => [resourceOf(urn), id ?? ""]));
  }

  async #known(): Promise<readonly string[]> {
    const known = (await this.#state()).filter(({ type }) => ENGINE_OBJECTS.test(type));
    return known.map(({ type, id, inputs }) => `${kindOf(type)} ${nameIn(inputs) ?? id}`).toSorted();
  }

  async #state(): Promise<z.output<typeof StateFile>["checkpoint"]["latest"]["resources"]> {
    const { environment } = this.target;
    const path = join(this.project.folder, ".blueprint/state/.pulumi/stacks/blueprint", `${environment}.json`);
    const { checkpoint } = StateFile.parse(JSON.parse(await readFile(path, "utf8")));
    return checkpoint.latest.resources.filter(({ custom }) => custom);
  }

  #url(): string | undefined {
    return this.target.urlOf(this.#document);
  }

  #token(): string | undefined {
    const name = valueAt(this.#document, "agent.authentication.token.secret");
    return typeof name === "string" ? this.target.secrets[name] : undefined;
  }

  /** Goes on with a later version of the blueprint while some work is done. */
  async raised(work: () => Promise<void>): Promise<void> {
    await using code = await codeOfVersion("99.0.0");
    await this.#withCode(code, work);
  }

  /** Does some work with the release before this one; whether that is to be had here. */
  async byEarlierRelease(work: () => Promise<void>): Promise<boolean> {
    await using code = await codeOfEarlierRelease();
    if (code !== undefined) await this.#withCode(code, work);
    return code !== undefined;
  }

  async #withCode({ folder }: Code, work: () => Promise<void>): Promise<void> {
    await this.project.takeCode(folder);
    try {
      await work();
    } finally {
      await this.project.takeCode(TREE);
    }
  }

  /** Asks all the time during some work whether the agent is ready; how often it wasn't. */
  async watched<Result>(work: () => Promise<Result>): Promise<{ readonly result: Result; readonly missed: number }> {
    const url = this.#url();
    if (url === undefined) return { result: await work(), missed: 0 };
    let ended = false;
    let missed = 0;
    const watch = async () => {
      while (!ended) {
        const answer = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
        if (answer?.ok !== true) missed += 1;
        await answer?.body?.cancel();
        await delay(100);
      }
    };
    const watching = watch();
    try {
      return { result: await work(), missed };
    } finally {
      ended = true;
      await watching;
    }
  }

  /**
   * Ends an operation, with its engine and providers, after a time: by signals as a hand, a closed terminal or the system
   * sends them. Whether that came before its end.
   */
  async cut(parameters: readonly string[], milliseconds: number, signals: readonly NodeJS.Signals[]): Promise<boolean> {
    const run = this.project.blueprint(...parameters);
    let hasEnded = false;
    const ended = run.then(() => {
      hasEnded = true;
    });
    await Promise.race([delay(milliseconds), ended]);
    const isCut = !hasEnded;
    for (const signal of signals) {
      if (!hasEnded) process.kill(-(run.pid ?? 0), signal);
      await Promise.race([delay(BETWEEN_SIGNALS_MS), ended]);
    }
    await ended;
    return isCut;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.describe(this.target.document);
    await this.down("--delete-data");
    await this.project.remove();
  }
}

const StackFile = z.looseObject({ config: z.record(z.string(), z.unknown()).default({}) });
