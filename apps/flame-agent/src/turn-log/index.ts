export { type EncodedEvent, encoded, type ToldEvent } from "./event.ts";
export { appendToBegun, appendToEnded, forgetEvents, words } from "./stored-events.ts";
export { type FollowedEvents, TurnLog } from "./turn-log.ts";
export type { TurnWriter } from "./turn-writer.ts";
