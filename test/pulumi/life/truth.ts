import type { Effect, SaidChange } from "./engine-texts.ts";
import type { Life } from "./life.ts";

/** What a plan said of an update, and what the engine said that it would do. */
export interface Forecast {
  readonly said: readonly SaidChange[];
  readonly steps: ReadonlyMap<string, Effect>;
  /** Ids of what there was before. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Asks both before an update. */
export async function forecast(life: Life): Promise<Forecast> {
  const said = await life.said();
  return {
    said,
    steps: new Map((await life.steps()).map(({ resource, effect }) => [resource, effect])),
    ids: await life.ids(),
  };
}

/** What of a plan's words was not true, once the update is made; nothing where all was. */
export async function untruths(
  life: Life,
  { said, steps, ids }: Forecast,
  seen: { readonly missed: number },
  { secrets }: { readonly secrets: boolean },
): Promise<string[]> {
  const after = await life.ids();
  const saidOf = new Map(said.map(({ type, name, effect }) => [`${type} ${name}`, effect]));
  const resources = [...new Set([...saidOf.keys(), ...steps.keys()])].toSorted();
  const different = resources.flatMap((resource) => {
    const [told, does] = [saidOf.get(resource), steps.get(resource)];
    // Secrets aren't compared by a plan, and it says so.
    if (told === does || (secrets && told === undefined)) return [];
    return [`${resource}: the plan said ${told ?? "nothing"}, the engine ${does ?? "nothing"}`];
  });
  const made = said.flatMap(({ type, name, effect, inputs }) => {
    const resource = `${type} ${name}`;
    // A volume's id is its name, and a provider's stays.
    if (!HAS_OWN_ID.test(type)) return [];
    const isAnother = ids.get(resource) !== after.get(resource);
    if (isAnother === (effect !== "update")) return [];
    return [
      `${resource}: the plan said ${effect} (${inputs.join(", ")}), and its id is ${isAnother ? "another" : "the same"}`,
    ];
  });
  const isQuiet = said.every(({ gap, effect }) => !gap && effect !== "create");
  const gap = isQuiet && seen.missed > 0 ? [`the plan said no gap, and ${seen.missed} looks found nobody`] : [];
  return [...different, ...made, ...(secrets ? [] : gap)];
}

const HAS_OWN_ID = /^docker:index\/(container|network|service|secret|serviceConfig):/;
