/** How a turn ended. */
export type TurnOutcome = "completed" | "failed" | "timed-out" | "client-left" | "shut-down";
