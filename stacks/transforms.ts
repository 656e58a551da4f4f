import type { ContainerTransforms } from "../components/orchestration/index.ts";
import type { RemoteServerTransforms } from "../components/topology/index.ts";

/** Last word on the arguments of a resource, where no setting reaches: add a function for a child and return what it should be. */
export const transforms: ContainerTransforms & { readonly remoteServer?: RemoteServerTransforms } = {};
