import type { Change } from "../../../../stacks/changes/index.ts";
import type { Paint } from "../paint.ts";
import { counted } from "./words.ts";

/** What the objects that hold data, open them or leave them behind are called. */
const DATA_WORDS: Readonly<Record<string, string>> = {
  "docker:index/volume:Volume": "volume",
  "kubernetes:core/v1:PersistentVolumeClaim": "claim",
  "kubernetes:core/v1:Namespace": "namespace",
  "kubernetes:core/v1:Secret": "secret",
  "random:index/randomPassword:RandomPassword": "generated password",
  "docker:index/container:Container": "database of",
  "docker:index/service:Service": "database of",
  "kubernetes:apps/v1:Deployment": "database of",
  "kubernetes:apps/v1:StatefulSet": "database of",
  "kubernetes:core/v1:ConfigMap": "database told by",
  "pulumi:providers:docker": "volumes of the engine",
  "pulumi:providers:kubernetes": "claims of the cluster",
};

/** An object that holds data, for a reader: `volume flame-dev-data`. */
export function dataWords({ type, object }: Pick<Change, "type" | "object">): string {
  return `${DATA_WORDS[type] ?? type} ${object}`;
}

/** What a change is, in the words in which every form of a plan tells it. */
function changeWords({ effect, gap, data }: Change): string {
  if (data !== undefined) return `data at stake: ${data}`;
  if (effect === "replace") return gap ? "replace with a gap" : "replace without a gap";
  return gap ? `${effect} with a gap` : effect;
}

/** Changes by what they are: `1 data at stake, 2 updates`. */
export function changeCounts(changes: readonly Change[]): string {
  if (changes.length === 0) return "nothing changes";
  const byWords = Map.groupBy(changes, changeWords);
  return [...byWords].map(([words, of]) => `${of.length} ${words}`).join(", ");
}

/** The changes for the terminal, those first that take data along. */
export function changeLines(changes: readonly Change[], paint: Paint): string[] {
  return ordered(changes).map((change) => {
    const color = change.data !== undefined ? "red" : change.gap ? "yellow" : "green";
    return `  ${paint(color, changeWords(change).padEnd(22))} ${paint("cyan", change.type)} ${change.name}${whyWords(change)}`;
  });
}

/** Why a resource changes: the inputs that differ, or what brings it along. */
function whyWords({ inputs, because }: Change): string {
  if (because !== undefined) return `  with ${because}`;
  return inputs.length === 0 ? "" : `  ${inputs.slice(0, MOST_INPUTS).join(", ")}${more(inputs)}`;
}

const MOST_INPUTS = 4;

function more(inputs: readonly string[]): string {
  return inputs.length > MOST_INPUTS ? ` and ${counted(inputs.length - MOST_INPUTS, "more input")}` : "";
}

/** Data at stake first, then gaps, then as the plan has them. */
export function ordered(changes: readonly Change[]): Change[] {
  const weight = ({ data, gap }: Change) => (data !== undefined ? 0 : gap ? 1 : 2);
  return changes.toSorted((one, other) => weight(one) - weight(other));
}
