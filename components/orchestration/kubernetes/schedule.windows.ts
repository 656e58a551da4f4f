import { type CronExpression, timesOf } from "../../core/index.ts";

/** Seconds that the change at a window's edge has from its time on, until it is over or given up. */
export const EDGE_SECONDS = 300;
/** A leap year, so that every date is looked at, and the next, so that what is open over the new year is seen. */
const YEARS = [2028, 2029] as const;
/** Beginnings in a year at most: seven a day. */
const STARTS_MOST = 366 * 7;

type Windows = Readonly<Record<string, { readonly start: CronExpression; readonly end: CronExpression }>>;

/** What is wrong with a window, by its name. */
interface Meeting {
  readonly name: string;
  readonly allowed: string;
  readonly mend: string;
}

/**
 * The windows that don't end before they or another begin again. Times of two years are looked at, one window after
 * the other: two edges at the same time would set the autoscaler in whichever order. All are in one time zone.
 */
export function windowsThatMeet(windows: Windows): Meeting[] {
  const names = Object.keys(windows);
  const edges = names.flatMap((name) => edgesOf(windows, name));
  const tooMany = names.filter(
    (name) => edges.filter((edge) => edge.name === name && edge.kind === "start").length > STARTS_MOST * YEARS.length,
  );
  if (tooMany.length > 0)
    return tooMany.map((name) => ({
      name,
      allowed: "at most seven beginnings a day",
      mend: "name the minute and the hours: 0 7,13 * * *",
    }));

  const found = new Map<string, Meeting>();
  const report = (name: string, meeting: Omit<Meeting, "name">) => {
    if (!found.has(name)) found.set(name, { name, ...meeting });
  };
  let open: Edge | undefined;
  let last: Edge | undefined;
  for (const edge of edges.toSorted((one, other) => one.at - other.at || (one.name < other.name ? -1 : 1))) {
    const soon = last !== undefined && edge.at - last.at < EDGE_SECONDS * 1000;
    if (edge.kind === "start" && open !== undefined)
      report(edge.name, {
        allowed: `a time at which no other window is open: ${open.name === edge.name ? "it" : open.name} is since ${textOf(open)}, and this one begins ${textOf(edge)}`,
        mend: "move its start, or the other's end",
      });
    else if (soon)
      report(edge.name, {
        allowed: `${EDGE_SECONDS} s between one edge and the next, in which the first is put into effect: ${last?.name} has one ${textOf(edge)} too`,
        mend: "leave five minutes between them",
      });
    if (edge.kind === "start") open = edge;
    else if (open?.name === edge.name) open = undefined;
    last = edge;
  }
  return [...found.values()];
}

interface Edge {
  readonly name: string;
  readonly kind: "start" | "end";
  /** Milliseconds. */
  readonly at: number;
}

function edgesOf(windows: Windows, name: string): Edge[] {
  const window = windows[name];
  if (!window) return [];
  return (["start", "end"] as const).flatMap((kind) =>
    YEARS.flatMap((year) => timesOf(window[kind], year, STARTS_MOST + 1)).map((at) => ({
      name,
      kind,
      at: at.getTime(),
    })),
  );
}

/** `on 2028-01-03 at 07:00` */
function textOf({ at }: Edge): string {
  const text = new Date(at).toISOString();
  return `on ${text.slice(0, 10)} at ${text.slice(11, 16)}`;
}
