export type { CustomTimeouts, Message, ResourceNode, StackGraph } from "./graph.ts";
export { type PreviewOptions, previewStack, type Program } from "./preview.ts";
export { renderTree, type Summary, summarise } from "./tree.ts";
export {
  mapToWire,
  type PropertyList,
  type PropertyMap,
  type PropertyValue,
  SecretValue,
  UNKNOWN,
  UnknownValue,
  type WireValue,
} from "./values.ts";
