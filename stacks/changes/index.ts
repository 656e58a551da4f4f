export { type Change, changesBetween, dataAtStake } from "./changes.ts";
export { objectName, type StoredResource, storedResources, topologyNameIn } from "./stored-state.ts";
