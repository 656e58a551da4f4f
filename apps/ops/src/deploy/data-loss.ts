import { type Change, dataAtStake } from "../../../../stacks/changes/index.ts";
import { dataWords } from "../plan/changes.ts";
import type { PlanReport } from "../plan/report.ts";
import { canAsk, confirm } from "./confirm.ts";
import { RunFailure } from "./failure.ts";

/**
 * Asks for the word of its own that an update needs which would take data along; nothing is touched before.
 * Returns the URNs of what may be deleted. Throws a `RunFailure` with what would be lost where nobody has said it.
 */
export async function consentToLoss(
  { environment, against }: Pick<PlanReport, "environment" | "against">,
  { deleteData, yes }: { readonly deleteData: boolean; readonly yes: boolean },
): Promise<readonly string[]> {
  const lost = against === undefined ? [] : dataAtStake(against.changes);
  if (lost.length === 0) return [];
  const words = lost.map((change) => `${dataWords(change)} (${change.data})`).join(", ");
  const agreed =
    deleteData ||
    (!yes && canAsk() && (await confirm(`This update takes data of ${environment} along: ${words}. Go on?`)));
  if (agreed) return lost.flatMap(({ data, urn }) => (data === "deleted" ? [urn] : []));
  throw new RunFailure({
    place: `data of ${environment}`,
    found: `${words}: this update would take them along`,
    allowed: "a change that leaves what holds data as it is, or --delete-data",
    mend: mendOf(environment, lost, against?.formerName),
  });
}

function mendOf(environment: string, lost: readonly Change[], formerName: string | undefined): string {
  if (formerName !== undefined) {
    return `its state was made by ${formerName}, and every name follows from the environment's: rename it back (pulumi stack rename ${formerName.replace(/^flame-/, "")}); to move, make a new environment and copy the data over`;
  }
  const movers = lost.filter(({ type, data }) => data === "left behind" && !type.startsWith("pulumi:providers:"));
  if (movers.length > 0) {
    return "set agent.database back; to move to another database, make a new environment with it and fill that from a backup of this one (docs/lifecycle.md, Move); --delete-data goes on with the other database as it is";
  }
  const settings = [...new Set(lost.flatMap(({ inputs }) => inputs))];
  const back = settings.length > 0 ? `set back what has changed (${settings.join(", ")})` : "set back what has changed";
  return `to keep them, ${back}, or copy them first; blueprint plan ${environment} shows each change; --delete-data goes on without them`;
}
