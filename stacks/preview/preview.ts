import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import { byText, inTreeOrder, type Message, type ResourceNode, STACK_TYPE, type StackGraph } from "./graph.ts";
import { Monitor } from "./monitor.ts";
import { redactedError, redactor } from "./redaction.ts";
import { catchingRejections } from "./rejections.ts";
import { loadSdk, type Sdk } from "./sdk.ts";
import { type PropertyMap, secretTexts } from "./values.ts";

/** A Pulumi program: makes its resources when called and returns the stack's outputs. */
export type Program = () => Promise<Record<string, unknown> | undefined>;

export interface PreviewOptions {
  /** Name of the project, as in `Pulumi.yaml`. */
  readonly project: string;
  readonly stack: string;
  /** Default: `organization`, as with a state of one's own. */
  readonly organization?: string;
  readonly program: Program;
  /** Configuration by full key (`project:name`), values as the engine passes them: text, or JSON for anything else. */
  readonly config?: Readonly<Record<string, string>>;
  /** Keys of `config` whose values are secret. Default: none. */
  readonly secretKeys?: readonly string[];
  /** In a preview what a provider computes is unknown; in an update every custom resource has an id. Default: preview. */
  readonly mode?: "preview" | "update";
  /**
   * Outputs of other stacks by the name the program refers to them, another graph's `outputs` among them. A `SecretValue`
   * arrives as a secret; one `UNKNOWN` makes all outputs of its stack unknown to the SDK. Default: none.
   */
  readonly stackReferences?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Answers to provider functions by token. Default: every call is refused. */
  readonly functions?: Readonly<Record<string, (inputs: PropertyMap) => unknown>>;
  /** Sees each custom resource as it is registered; what it returns is added to the resource's outputs. */
  readonly onResource?: (resource: ResourceNode) => object | undefined;
  /** Longest wait for the program, in seconds; then the error names what it waits for. Default: 60. */
  readonly timeoutSeconds?: number;
}

/** How long a program that has failed may take to come to rest, in milliseconds, before the failure is reported. */
const REST_AFTER_FAILURE_MS = 250;

/** Runs a program without engine, providers, network or credentials and returns every resource it declares. */
export async function previewStack(options: PreviewOptions): Promise<StackGraph> {
  const sdk = await loadSdk();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  return catchingRejections(failure.reject, () =>
    sdk.withLocalStorage(async () => {
      const run = startRun(options, sdk, failure.reject);
      const limit = setTimeout(() => failure.reject(tooLong(options, sdk)), 1000 * (options.timeoutSeconds ?? 60));
      const finished = finish(options, sdk);
      try {
        await Promise.race([finished, failure.promise]);
        return run.graph();
      } catch (error) {
        await settled(finished);
        throw redactedError(error, run.secrets());
      } finally {
        clearTimeout(limit);
        close(sdk);
      }
    }),
  );
}

/** Sets up the SDK's state for one program and returns what can be read off the run. */
function startRun(options: PreviewOptions, sdk: Sdk, onRefusal: (error: Error) => void) {
  const { project, stack, mode = "preview", config = {}, secretKeys = [] } = options;
  const { stackReferences = {}, functions = {}, onResource = () => undefined } = options;
  const messages: Message[] = [];
  const monitor = new Monitor({ project, stack, mode, stackReferences, functions, onResource, onRefusal }, sdk);

  const { settings } = sdk.getStore();
  const organization = options.organization ?? "organization";
  Object.assign(settings.options, { project, stack, organization, dryRun: mode === "preview", monitorAddr: "preview" });
  settings.monitor = monitor;
  settings.engine = engineThatCollects(messages);
  sdk.runtime.setAllConfig(config, [...secretKeys]);

  const secrets = () => [
    ...secretKeys.flatMap((key) => config[key] ?? []),
    ...[...monitor.nodes].flatMap(({ inputs, outputs }) => [...secretTexts(inputs), ...secretTexts(outputs)]),
  ];
  const graph = (): StackGraph => {
    const resources = inTreeOrder(monitor.nodes);
    const redact = redactor(secrets());
    return {
      project,
      stack,
      resources,
      outputs: resources.find(({ type }) => type === STACK_TYPE)?.outputs ?? {},
      messages: messages.map((message) => ({ ...message, text: redact(message.text) })).toSorted(bySeverity),
    };
  };
  return { graph, secrets };
}

/** The program, then everything it started, then one turn in which late rejections come out. */
async function finish({ program }: PreviewOptions, sdk: Sdk) {
  try {
    await sdk.runtime.runInPulumiStack(program);
  } finally {
    await sdk.waitForRPCs();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits for a failed run to come to rest, so that nothing of it surfaces later. */
async function settled(finished: Promise<void>) {
  const rest = Promise.withResolvers<void>();
  const timer = setTimeout(rest.resolve, REST_AFTER_FAILURE_MS);
  await Promise.race([finished.catch(() => undefined), rest.promise]);
  clearTimeout(timer);
}

function close({ getStore }: Sdk) {
  const store = getStore();
  store.callbacks?.shutdown();
  store.terminated = true;
}

const SEVERITIES = ["error", "warning", "info"] as const;

/** Plays the part of the engine that programs log to. */
function engineThatCollects(messages: Message[]) {
  return {
    log(request: LogRequest, answer: () => void) {
      const severity = SEVERITIES[3 - request.getSeverity()];
      if (severity) messages.push({ severity, text: request.getMessage(), urn: request.getUrn() || undefined });
      answer();
    },
    setRootResource(_request: unknown, answer: (error: null) => void) {
      answer(null);
    },
    requirePulumiVersion(_request: unknown, answer: (error: null) => void) {
      answer(null);
    },
  };
}

function bySeverity(one: Message, other: Message): number {
  return SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) || byText(one.text, other.text);
}

function tooLong({ stack, timeoutSeconds = 60 }: PreviewOptions, sdk: Sdk): Error {
  const waiting = [...sdk.getStore().pendingResourceRegistrations.values()].map(
    ({ name, type, phase, inputProperty }) => `${name} (${type}) waits for its ${inputProperty ?? phase}`,
  );
  return new Error(
    `${stack}: the program didn't finish in ${timeoutSeconds} s; ` +
      `${waiting.length > 0 ? waiting.toSorted(byText).join(", ") : "no resource is waiting: a promise of the program never resolves"}; ` +
      "look there for a promise or output that never resolves, or raise timeoutSeconds",
  );
}
