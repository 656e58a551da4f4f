import { createRequire } from "node:module";
import type { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type { AnalyzeRequest } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { z } from "zod";

export type Struct = NonNullable<ReturnType<AnalyzeRequest["getProperties"]>>;
type Empty = Parameters<AnalyzerClient["getAnalyzerInfo"]>[0];

const isFunction = (value: unknown) => typeof value === "function";
const Messages = z.object({
  Struct: z.custom<{ fromJavaScript(value: object): Struct }>(isFunction),
  Empty: z.custom<new () => Empty>(isFunction),
});

/** The analyzer protocol's client and messages. Loaded late: they take a third of a second. */
export async function loadProtocol() {
  const [grpc, services, analyzer] = await Promise.all([
    import("@grpc/grpc-js"),
    import("@pulumi/pulumi/proto/analyzer_grpc_pb.js"),
    import("@pulumi/pulumi/proto/analyzer_pb.js"),
  ]);
  // Messages of another copy of google-protobuf than the SDK's own fail its `instanceof`, so the SDK's is asked for.
  const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));
  const { Struct, Empty } = Messages.parse({
    ...sdk("google-protobuf/google/protobuf/struct_pb.js"),
    ...sdk("google-protobuf/google/protobuf/empty_pb.js"),
  });
  return { credentials: grpc.credentials, services: services.default, analyzer: analyzer.default, Struct, Empty };
}

export type Protocol = Awaited<ReturnType<typeof loadProtocol>>;
