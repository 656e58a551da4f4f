/** What was asked for on the command line, and whether somebody can be asked. */
export interface DataRequest {
  readonly deleteData: boolean;
  readonly keepData: boolean;
  readonly yes: boolean;
  readonly canAsk: boolean;
}

/** What becomes of data that outlive their environment: nothing is deleted that nobody has named. */
export function decideData({ deleteData, keepData, yes, canAsk }: DataRequest): "keep" | "delete" | "ask" | "refuse" {
  if (keepData) return "keep";
  if (yes) return deleteData ? "delete" : "keep";
  return canAsk ? "ask" : "refuse";
}
