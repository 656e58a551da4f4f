export { type Load, memoryLimitMiB, watchLoad } from "./load.ts";
export { MessageAccumulator } from "./message-accumulator.ts";
export { RecentRequests } from "./recent-requests.ts";
export { shedLoad } from "./shed.ts";
