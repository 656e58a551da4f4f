import type { HoldingEngine } from "../engines/index.ts";

/** An engine that only says which one it is: whoever asks it anything fails. */
export function unaskedEngine(reference: HoldingEngine["reference"]): HoldingEngine {
  const never = () => Promise.reject(new Error("nobody asks this engine"));
  return {
    reference,
    ask: never,
    list: never,
    remove: never,
    portsOfOthers: never,
    remember: never,
    start: never,
    hasVolume: never,
    hasImage: never,
  };
}
