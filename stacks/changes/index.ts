export { type Change, changesBetween, dataAtStake } from "./changes.ts";
export { objectName, type StoredResource, storedResources } from "./stored-state.ts";
