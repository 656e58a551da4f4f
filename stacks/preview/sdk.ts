import { z } from "zod";

/** The parts of the SDK's per-program state that a preview sets and reads. Internal to the SDK, which is pinned for it. */
interface Store {
  readonly settings: {
    readonly options: {
      project: string;
      stack: string;
      organization: string | undefined;
      dryRun: boolean;
      monitorAddr: string | undefined;
    };
    monitor: unknown;
    engine: unknown;
  };
  /** Silences the SDK's complaint about promises that never resolved, at the process's exit. */
  terminated: boolean;
  /** There once a program used a transform. */
  readonly callbacks?: CallbackServer;
  /** Registrations whose inputs, parent or provider haven't resolved. */
  readonly pendingResourceRegistrations: ReadonlyMap<unknown, PendingRegistration>;
}

interface CallbackServer {
  readonly _callbacks: ReadonlyMap<string, Callback>;
  shutdown(): void;
}

/** One transform of the program: a request's bytes in, its response out. */
export type Callback = (request: Uint8Array) => Promise<unknown>;

interface PendingRegistration {
  readonly name?: string;
  readonly type?: string;
  readonly phase: string;
  readonly inputProperty?: string;
}

const isFunction = (value: unknown) => typeof value === "function";

const State = z.object({
  withLocalStorage: z.custom<<Result>(work: () => Result) => Result>(isFunction),
  getStore: z.custom<() => Store>(isFunction),
});
const Settings = z.object({ waitForRPCs: z.custom<() => Promise<void>>(isFunction) });

/** The module in which the SDK records where each of its promises was made. */
const Debuggable = z.object({
  debuggablePromise: z.custom<<Value>(promise: Promise<Value>) => Promise<Value>>(isFunction),
});

/** The SDK's internals, or an error that names the version this was written for. Loaded late: the SDK takes 0.3 s and more. */
export async function loadSdk() {
  const [pulumi, state, settings, resources, { default: debuggable }] = await Promise.all([
    import("@pulumi/pulumi"),
    import("@pulumi/pulumi/runtime/state.js"),
    import("@pulumi/pulumi/runtime/settings.js"),
    import("@pulumi/pulumi/proto/resource_pb.js"),
    import("@pulumi/pulumi/runtime/debuggable.js"),
  ]);
  const internals = z
    .object({ ...State.shape, ...Settings.shape, ...Debuggable.shape })
    .safeParse({ ...state, ...settings, ...debuggable });
  if (!internals.success) {
    throw new Error(
      "@pulumi/pulumi has changed inside: withLocalStorage, getStore, waitForRPCs and debuggablePromise are needed; pin 3.270.0 in package.json",
    );
  }
  // The SDK takes a stack trace for each promise, to report those that never resolve: four fifths of a large preview's
  // time. A preview has its own report of them.
  Object.assign(debuggable, { debuggablePromise: <Value>(promise: Promise<Value>) => promise });
  return { ...internals.data, runtime: pulumi.runtime, resources: resources.default };
}

export type Sdk = Awaited<ReturnType<typeof loadSdk>>;
