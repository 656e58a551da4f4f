import { EnvironmentSettings } from "../../../stacks/config.ts";
import { jsonSchemaOf } from "../../../stacks/settings-reference.ts";
import { valueAt } from "../../support/document.ts";
import { type Document, graphOf, render } from "../../support/environment.ts";
import { lostBetween, type SettingChange, settingChanges } from "../../support/walk.ts";
import type { LifeTarget } from "./target.ts";

/** Several settings that are changed at once, and what that makes of the document. */
interface ChangeGroup {
  readonly names: readonly string[];
  readonly document: Document;
}

/** Every setting of a target, by what its change leads to. */
export interface LifeChanges {
  /** Changes that go up, as few at once as `most` says. */
  readonly groups: readonly ChangeGroup[];
  /** Changes that would take data along. */
  readonly atStake: readonly SettingChange[];
  /** Names of those that the plan refuses whatever there is, which the walk of the settings holds. */
  readonly refused: readonly string[];
  /** Names of those that can't be tried here. */
  readonly untried: readonly string[];
}

/** Sorts the changes of all settings that a target has. `most` is how many may be tried at once. */
export async function changesOf(target: LifeTarget, most: number): Promise<LifeChanges> {
  const { world, environment: name, secrets } = target;
  const all = settingChanges(jsonSchemaOf(EnvironmentSettings), world).map(({ name: setting, document }) => ({
    name: setting,
    document: target.asHere(document),
  }));
  const look = { name, secrets };
  const isRefused = ({ document }: SettingChange) => render(document, look).kind === "refused";
  const isUntried = (change: SettingChange) =>
    Object.keys(target.untried).some((start) => change.name.startsWith(start));
  const open = all.filter((change) => !isUntried(change) && !isRefused(change));
  const before = await graphOf(target.document, look);
  const atStake: SettingChange[] = [];
  const kept: SettingChange[] = [];
  for (const change of open) {
    const lost = lostBetween(before, await graphOf(change.document, look));
    (lost.length > 0 ? atStake : kept).push(change);
  }
  return {
    groups: grouped(target.document, kept, most, (document) => render(document, look).kind === "accepted"),
    atStake,
    refused: all.filter((change) => !isUntried(change) && isRefused(change)).map((change) => change.name),
    untried: all.filter(isUntried).map((change) => change.name),
  };
}

/** Whether a change is of a secret: secrets aren't compared by a plan, and nothing else may hide behind them. */
export function isSecret(name: string): boolean {
  return /secret$/i.test(name);
}

/**
 * Whether a turn can be taken in the life's thread: not where a token's issuer or a model's server would have to be there,
 * nor where all tokens are of tenants, each of which has threads of its own.
 */
export function canSpeak(document: Document): boolean {
  const [access, model] = ["agent.authentication.kind", "agent.model.kind"].map((path) => valueAt(document, path));
  const isOfTenants = access === "bearer" && valueAt(document, "agent.authentication.token.secret") === undefined;
  return access !== "jwt" && model !== "openai-compatible" && !isOfTenants;
}

/** Values by path, a list as one; `undefined`: what the base has is gone. */
type Delta = ReadonlyMap<string, unknown>;

/** Puts changes together that don't say different things of one path, as long as a plan takes them. */
function grouped(
  base: Document,
  changes: readonly SettingChange[],
  most: number,
  isAccepted: (document: Document) => boolean,
): ChangeGroup[] {
  const groups: { names: string[]; delta: Map<string, unknown>; document: Document; apart: string }[] = [];
  for (const { name, document } of changes) {
    const delta = deltaBetween(base, document);
    if (delta.size === 0) continue;
    const apart = `${isSecret(name)} ${canSpeak(document)}`;
    const place = groups.find((group) => {
      if (group.apart !== apart || group.names.length >= most || !agree(group.delta, delta)) return false;
      const merged = applied(base, new Map([...group.delta, ...delta]));
      if (!isAccepted(merged)) return false;
      group.document = merged;
      return true;
    });
    if (place === undefined) groups.push({ names: [name], delta: new Map(delta), document, apart });
    else {
      place.names.push(name);
      for (const [path, value] of delta) place.delta.set(path, value);
    }
  }
  return groups.map(({ names, document }) => ({ names, document }));
}

function deltaBetween(base: Document, changed: Document): Delta {
  const [before, after] = [flat(base), flat(changed)];
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return new Map(
    paths.flatMap((path) =>
      JSON.stringify(before.get(path)) === JSON.stringify(after.get(path)) ? [] : [[path, after.get(path)] as const],
    ),
  );
}

const SEPARATOR = "\u0000";

function flat(value: unknown, path: readonly string[] = []): Map<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    return new Map([[path.join(SEPARATOR), value]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flat(inner, [...path, key])]));
}

function agree(one: Delta, other: Delta): boolean {
  return [...one].every(([path, value]) =>
    [...other].every(([second, its]) => {
      if (path === second) return JSON.stringify(value) === JSON.stringify(its);
      return !path.startsWith(`${second}${SEPARATOR}`) && !second.startsWith(`${path}${SEPARATOR}`);
    }),
  );
}

function applied(base: Document, delta: Delta): Document {
  const values = new Map([...flat(base), ...delta]);
  const document: Record<string, unknown> = {};
  for (const [path, value] of values) {
    if (value === undefined) continue;
    put(document, path.split(SEPARATOR), value);
  }
  return document;
}

function put(target: Record<string, unknown>, [first = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    target[first] = value;
    return;
  }
  const inner = target[first];
  const group = isGroup(inner) ? inner : {};
  target[first] = group;
  put(group, rest, value);
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
