export type { Message, ResourceNode, StackGraph } from "./graph.ts";
export { type PreviewOptions, type Program, previewStack } from "./preview.ts";
export { renderTree, type Summary, summarise } from "./tree.ts";
export {
  mapToWire,
  type PropertyMap,
  SecretValue,
  UNKNOWN,
  UnknownValue,
} from "./values.ts";
