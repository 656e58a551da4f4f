import { REVISION_LABEL } from "./standalone.adapter.ts";
import type { RolloutPace, StandaloneContainer, StandaloneHostPlan } from "./standalone.plan.ts";

/** A container of the environment as the engine has it. */
export interface FoundContainer {
  readonly name: string;
  /** Short name within the environment. */
  readonly key: string;
  /** Its version; `undefined` where it was made by something else. */
  readonly revision: string | undefined;
  readonly running: boolean;
  readonly stopGraceSeconds: number;
}

/** What a host's engine has of the environment. */
export interface FoundHost {
  readonly hasNetwork: boolean;
  readonly volumes: readonly string[];
  readonly containers: readonly FoundContainer[];
}

/** One thing that is done to a host, and finished before the next begins. */
export type RolloutAction =
  | { readonly kind: "make-network" }
  | { readonly kind: "make-volume"; readonly volume: string }
  /** Runs a new version where no client's request reaches it, watches it, and removes it. Nothing has changed then. */
  | { readonly kind: "try"; readonly container: string; readonly seconds: number }
  /** Makes containers of the plan and waits until each is healthy. */
  | { readonly kind: "start"; readonly containers: readonly string[] }
  /** Starts containers that were stopped, and waits until each is healthy. */
  | { readonly kind: "start-again"; readonly containers: readonly string[] }
  /** Waits until the proxy knows what was started. */
  | { readonly kind: "wait"; readonly seconds: number }
  /** Tells containers to stop and waits for their turns, at most their grace. */
  | { readonly kind: "stop"; readonly containers: readonly Stopped[] }
  | { readonly kind: "rename"; readonly container: string; readonly as: string }
  | { readonly kind: "remove"; readonly containers: readonly string[] };

interface Stopped {
  readonly name: string;
  readonly graceSeconds: number;
}

/** An action with what takes it back. What can't be taken back comes last, when all else has succeeded. */
export interface RolloutStep {
  readonly action: RolloutAction;
  readonly undo: readonly RolloutAction[];
}

/** Suffix of a container that is tried, and of one that made room for its successor. */
const SUFFIX = { trial: "-trial", before: "-before" } as const;

/** Name under which a version is tried. */
export function trialName(container: string): string {
  return `${container}${SUFFIX.trial}`;
}

/**
 * The steps from what a host runs to what it should: a trial, then new containers beside the old ones batch by batch,
 * each healthy and known to the proxy before old ones stop. Nothing is removed before everything else is done.
 */
export function planRollout(wanted: StandaloneHostPlan, found: FoundHost, pace: RolloutPace): RolloutStep[] {
  const leftBehind = found.containers.filter(({ name }) => Object.values(SUFFIX).some((end) => name.endsWith(end)));
  const present = found.containers.filter((one) => !leftBehind.includes(one));
  const keys = [...new Set(wanted.containers.map(({ key }) => key))];
  const groups = keys.map((key) => ({
    containers: wanted.containers.filter((one) => one.key === key),
    old: present.filter((one) => one.key === key),
  }));
  const steps = groups.flatMap(({ containers, old }) =>
    containers.some(({ replacement }) => replacement === "beside")
      ? besideSteps(containers, old, pace)
      : containers.flatMap((container) => inPlaceSteps(container, old)),
  );
  const unwanted = present.filter(({ key }) => !keys.includes(key));
  const done = [
    ...groups.flatMap(({ containers, old }) => replaced(containers, old)),
    ...unwanted.map(({ name }) => name),
  ];
  return [
    ...(leftBehind.length > 0 ? [last({ kind: "remove", containers: leftBehind.map(({ name }) => name) })] : []),
    ...(found.hasNetwork ? [] : [last({ kind: "make-network" })]),
    ...wanted.volumes
      .filter(({ name }) => !found.volumes.includes(name))
      .map(({ name }) => last({ kind: "make-volume", volume: name })),
    ...steps,
    ...stopSteps(unwanted),
    ...(done.length > 0 ? [last({ kind: "remove", containers: done })] : []),
  ];
}

/** Actions that take back what was done, the latest first. */
export function planReturn(done: readonly RolloutStep[]): RolloutAction[] {
  return done.toReversed().flatMap(({ undo }) => undo);
}

function besideSteps(
  containers: readonly StandaloneContainer[],
  found: readonly FoundContainer[],
  pace: RolloutPace,
): RolloutStep[] {
  const names = containers.map(({ name }) => name);
  const kept = found.filter((one) => names.includes(one.name));
  const missing = containers.filter(({ name }) => !kept.some((one) => one.name === name));
  const resting = kept.filter(({ running }) => !running).map(({ name }) => name);
  const old = found.filter(({ name, running }) => running && !names.includes(name));
  const [first] = missing;
  const batches = [...new Set(missing.map(({ batch }) => batch))].toSorted((one, other) => one - other);
  return [
    // What serves is touched only after its successor has been seen to live.
    ...(first && old.length > 0 ? [last({ kind: "try", container: first.name, seconds: pace.monitorSeconds })] : []),
    ...(resting.length > 0 ? startAgainSteps(resting) : []),
    ...batches.flatMap((batch, index) => {
      const starting = missing.filter((one) => one.batch === batch);
      const before = missing.filter((one) => one.batch < batch).length;
      const leaving = index === batches.length - 1 ? old.slice(before) : old.slice(before, before + starting.length);
      return [
        startStep(starting),
        ...(leaving.length > 0 ? [last({ kind: "wait", seconds: pace.noticeSeconds })] : []),
        ...stopSteps(leaving, pace),
      ];
    }),
    // Fewer of the same version.
    ...(batches.length === 0 ? stopSteps(old, pace) : []),
  ];
}

/** What holds a port or files can't have a second one beside it: it makes room, and comes back where that fails. */
function inPlaceSteps(container: StandaloneContainer, found: readonly FoundContainer[]): RolloutStep[] {
  const old = found.find(({ name }) => name === container.name);
  if (!old) return [startStep([container])];
  if (old.revision === container.labels[REVISION_LABEL]) return old.running ? [] : startAgainSteps([old.name]);
  const aside = `${old.name}${SUFFIX.before}`;
  return [
    ...(old.running ? stopSteps([old]) : []),
    {
      action: { kind: "rename", container: old.name, as: aside },
      undo: [{ kind: "rename", container: aside, as: old.name }],
    },
    startStep([container]),
  ];
}

/** Names of the old containers that are left when the new ones serve. */
function replaced(containers: readonly StandaloneContainer[], found: readonly FoundContainer[]): string[] {
  return found.flatMap(({ name, revision }) => {
    const successor = containers.find((one) => one.name === name);
    if (!successor) return [name];
    const changed = successor.replacement === "in-place" && successor.labels[REVISION_LABEL] !== revision;
    return changed ? [`${name}${SUFFIX.before}`] : [];
  });
}

function startStep(containers: readonly StandaloneContainer[]): RolloutStep {
  const names = containers.map(({ name }) => name);
  return {
    action: { kind: "start", containers: names },
    undo: [
      {
        kind: "stop",
        containers: containers.map(({ name, stopGraceSeconds }) => ({ name, graceSeconds: stopGraceSeconds })),
      },
      { kind: "remove", containers: names },
    ],
  };
}

function startAgainSteps(names: readonly string[]): RolloutStep[] {
  return [{ action: { kind: "start-again", containers: names }, undo: [] }];
}

function stopSteps(containers: readonly FoundContainer[], pace?: RolloutPace): RolloutStep[] {
  const running = containers.filter((one) => one.running);
  if (running.length === 0) return [];
  return [
    {
      action: {
        kind: "stop",
        containers: running.map(({ name, stopGraceSeconds }) => ({ name, graceSeconds: stopGraceSeconds })),
      },
      undo: [
        { kind: "start-again", containers: running.map(({ name }) => name) },
        ...(pace ? [{ kind: "wait", seconds: pace.noticeSeconds } as const] : []),
      ],
    },
  ];
}

function last(action: RolloutAction): RolloutStep {
  return { action, undo: [] };
}
