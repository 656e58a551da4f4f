import type { TurnLink } from "../../../../components/availability/index.ts";

/** What the design keeps, with the arithmetic, and what nobody can know before it runs. */
export interface Promises {
  readonly turns: TurnPromise;
  readonly capacity: readonly CapacityPromise[];
  readonly cost: string;
  readonly unknown: readonly Unknown[];
}

/** No deployment ends a turn: every timeout on the way is long enough. */
interface TurnPromise {
  readonly maxSeconds: number;
  readonly heartbeatSeconds: number;
  readonly kept: boolean;
  readonly links: readonly (TurnLink & { readonly kept: boolean })[];
}

/** What all containers claim together against what they may use together. */
export interface CapacityPromise {
  readonly resource: "cpu" | "memory";
  readonly unit: "cores" | "MiB";
  readonly requested: number;
  readonly limited: number;
  readonly available: number;
  /** Whether everything fits even when every container uses all it may. */
  readonly fitsAtLimit: boolean;
}

export interface Unknown {
  readonly what: string;
  /** Why it isn't known, and who can tell. */
  readonly why: string;
}
