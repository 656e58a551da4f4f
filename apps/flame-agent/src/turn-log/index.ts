export { type EncodedEvent, encoded, type ToldEvent } from "./event.ts";
export { appendToEnded, forgetEvents, lastWords } from "./stored-events.ts";
export { type FollowedEvents, TurnLog } from "./turn-log.ts";
export type { TurnWriter } from "./turn-writer.ts";
