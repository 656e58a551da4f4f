import type { LocalPodmanTransforms, RemoteServerTransforms } from "../components/topology/index.ts";

/** Last word on the arguments of a resource, where no setting reaches: add a function for a child and return what it should be. */
export const transforms: LocalPodmanTransforms & { readonly remoteServer?: RemoteServerTransforms } = {};
