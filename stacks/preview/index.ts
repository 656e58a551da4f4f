export type { Message, ResourceNode, StackGraph } from "./graph.ts";
export { type PreviewOptions, type Program, previewStack } from "./preview.ts";
export { renderTree, type Summary, summarise } from "./tree.ts";
export { providerUrn } from "./urns.ts";
export {
  fromWire,
  mapFromWire,
  mapToWire,
  type PropertyMap,
  type PropertyValue,
  SecretValue,
  UNKNOWN,
  UnknownValue,
} from "./values.ts";
