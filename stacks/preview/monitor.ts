import type { Callback as CallbackMessage } from "@pulumi/pulumi/proto/callback_pb.js";
import type {
  ReadResourceRequest,
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  ResourceInvokeRequest,
} from "@pulumi/pulumi/proto/resource_pb.js";
import type { ResourceNode } from "./graph.ts";
import { errorFrom } from "./redaction.ts";
import { readNode, registeredNode, sourceOf } from "./resource.ts";
import type { Callback, Sdk } from "./sdk.ts";
import { stackReferenceOutputs } from "./stack-reference.ts";
import { applyTransforms } from "./transforms.ts";
import { type Identity, urnOf } from "./urns.ts";
import {
  mapFromPlain,
  mapToWire,
  type PropertyMap,
  propertiesOf,
  SecretValue,
  UNKNOWN,
  type WireValue,
} from "./values.ts";

/** What the monitor needs to know about the run. */
export interface MonitorSettings {
  readonly project: string;
  readonly stack: string;
  readonly mode: "preview" | "update";
  readonly stackReferences: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly functions: Readonly<Record<string, (inputs: PropertyMap) => unknown>>;
  readonly onResource: (resource: ResourceNode) => object | undefined;
  /** Hears of every refusal first, before the SDK wraps it. */
  readonly onRefusal: (error: Error) => void;
}

type Answer = (error: Error | null, response?: object) => void;

/** Features of an engine that this monitor serves, by name in the SDK's protocol. */
const FEATURES = [
  "SECRETS",
  "RESOURCE_REFERENCES",
  "DELETED_WITH",
  "REPLACE_WITH",
  "ALIAS_SPECS",
  "REPLACEMENT_TRIGGER",
  "TRANSFORMS",
  "INVOKE_TRANSFORMS",
  "PARAMETERIZATION",
  "RESOURCE_HOOKS",
  "ERROR_HOOKS",
] as const;

/** Plays the engine's resource monitor for one program, and remembers every resource. Method names are the protocol's. */
export class Monitor {
  readonly #settings: MonitorSettings;
  readonly #sdk: Sdk;
  readonly #nodes = new Map<string, ResourceNode>();
  readonly #sources = new Map<string, string>();
  readonly #transforms = new Map<string, Callback[]>();
  readonly #stackTransforms: Callback[] = [];

  constructor(settings: MonitorSettings, sdk: Sdk) {
    this.#settings = settings;
    this.#sdk = sdk;
  }

  get nodes(): Iterable<ResourceNode> {
    return this.#nodes.values();
  }

  registerResource(request: RegisterResourceRequest, answer: Answer) {
    return this.#reply(answer, async () => {
      if (request.getRemote()) throw remoteComponent(request);
      await this.#transform(request);
      const inputs = propertiesOf(request.getObject());
      const decided = { identity: this.#identity(request), id: this.#newId(request), computed: {} };
      const bare = registeredNode(request, inputs, decided);
      this.#remember(bare, sourceOf(request.getSourceposition()));
      const computed = bare.custom ? this.#computed(bare) : {};
      const node = registeredNode(request, inputs, { ...decided, computed });
      this.#nodes.set(node.urn, node);
      return {
        getUrn: () => node.urn,
        getId: () => node.id ?? "",
        getObject: () => structOf(node.outputs),
        getPropertydependenciesMap: () => undefined,
        getResult: () => 0,
        getUnknown: () => false,
      };
    });
  }

  registerResourceOutputs(request: RegisterResourceOutputsRequest, answer: Answer) {
    return this.#reply(answer, async () => {
      const node = this.#nodes.get(request.getUrn());
      const outputs = propertiesOf(request.getOutputs());
      if (node) this.#nodes.set(node.urn, { ...node, outputs });
      return {};
    });
  }

  readResource(request: ReadResourceRequest, answer: Answer) {
    return this.#reply(answer, async () => {
      const isStack = request.getType() === "pulumi:pulumi:StackReference";
      const computed = isStack ? stackReferenceOutputs(request.getId(), this.#settings.stackReferences) : {};
      const node = readNode(request, { identity: this.#identity(request), id: request.getId(), computed });
      this.#remember(node, sourceOf(request.getSourceposition()));
      return { getUrn: () => node.urn, getProperties: () => structOf(node.outputs), getUnknown: () => false };
    });
  }

  invoke(request: ResourceInvokeRequest, answer: Answer) {
    return this.#reply(answer, async () => {
      const answerer = this.#settings.functions[request.getTok()];
      if (!answerer) throw unansweredFunction(request.getTok());
      const result = await answerer(propertiesOf(request.getArgs()));
      return { getReturn: () => structOf(mapFromPlain(Object(result))), getFailuresList: () => [] };
    });
  }

  call(request: { getTok(): string }, answer: Answer) {
    return this.#reply(answer, async () => {
      throw unansweredFunction(request.getTok());
    });
  }

  registerStackTransform(request: CallbackMessage, answer: Answer) {
    return this.#reply(answer, async () => {
      this.#stackTransforms.push(...this.#callbacks([request]));
      return {};
    });
  }

  registerStackInvokeTransform(_request: CallbackMessage, answer: Answer) {
    return this.#reply(answer, async () => {
      throw new Error(
        "a transform of function calls can't run in a preview without an engine: give the call's answer in `functions`",
      );
    });
  }

  registerPackage(_request: unknown, answer: Answer) {
    answer(null, { getRef: () => "preview" });
  }

  /** Hooks run while resources are made, which never happens here. */
  registerResourceHook(_request: unknown, answer: Answer) {
    answer(null, {});
  }

  registerErrorHook(_request: unknown, answer: Answer) {
    answer(null, {});
  }

  getDeploymentInfo(_request: unknown, answer: Answer) {
    const feature = this.#sdk.resources.ResourceMonitorFeature;
    const served = FEATURES.map((name) => feature[`RESOURCE_MONITOR_FEATURE_${name}`]);
    answer(null, { getSupportedfeaturesList: () => served });
  }

  async #reply(answer: Answer, work: () => Promise<object>) {
    try {
      answer(null, await work());
    } catch (thrown) {
      const error = errorFrom(thrown);
      this.#settings.onRefusal(error);
      answer(Object.assign(error, { details: error.message }));
    }
  }

  #identity(request: { getType(): string; getName(): string; getParent(): string }): Identity {
    const { project, stack } = this.#settings;
    return { project, stack, type: request.getType(), name: request.getName(), parent: request.getParent() };
  }

  #newId(request: RegisterResourceRequest): string | undefined {
    if (this.#settings.mode === "preview" || !request.getCustom()) return undefined;
    return request.getImportid() || `${request.getName()}-id`;
  }

  /** What the provider would add: what `onResource` says, and unknown secrets where the schema promises secrets. */
  #computed(node: ResourceNode): PropertyMap {
    const promised = this.#settings.mode === "preview" ? node.additionalSecretOutputs : [];
    const unknown = Object.fromEntries(promised.map((name) => [name, UNKNOWN]));
    const all = { ...unknown, ...node.inputs, ...mapFromPlain(this.#settings.onResource(node) ?? {}) };
    return Object.fromEntries(
      Object.entries(all).map(([name, value]) => {
        const hide = node.additionalSecretOutputs.includes(name) && !(value instanceof SecretValue);
        return [name, hide ? new SecretValue(value) : value];
      }),
    );
  }

  #remember(node: ResourceNode, source: string) {
    const earlier = this.#sources.get(node.urn);
    if (earlier !== undefined) throw duplicate(node, earlier, source);
    this.#nodes.set(node.urn, node);
    this.#sources.set(node.urn, source);
  }

  async #transform(request: RegisterResourceRequest) {
    const own = this.#callbacks(request.getTransformsList());
    const chain = [...own];
    for (let urn = request.getParent(); urn !== ""; urn = this.#nodes.get(urn)?.parent ?? "") {
      chain.push(...(this.#transforms.get(urn) ?? []));
    }
    if (request.getParent() !== "") chain.push(...this.#stackTransforms);
    if (own.length > 0) this.#transforms.set(urnOf(this.#identity(request)), own);
    await applyTransforms(request, chain, this.#sdk);
  }

  #callbacks(messages: readonly CallbackMessage[]): Callback[] {
    const server = this.#sdk.getStore().callbacks;
    return messages.flatMap((message) => server?._callbacks.get(message.getToken()) ?? []);
  }
}

/** Answers stay in the process, so a response needs only what the SDK reads: `toJavaScript`. */
function structOf(properties: PropertyMap): { toJavaScript(): { [name: string]: WireValue } } {
  return { toJavaScript: () => mapToWire(properties) };
}

function duplicate(node: ResourceNode, earlier: string, source: string): Error {
  return new Error(
    `two resources have the URN ${node.urn}: "${node.name}" (${node.type}) made at ${earlier}, and again at ${source}; ` +
      "a name is allowed once per type and parent: give one of them another name or parent",
  );
}

function unansweredFunction(token: string): Error {
  return new Error(
    `the program calls the function ${token}, which only its provider can answer; a preview runs no provider: ` +
      `give the answer in previewStack's \`functions["${token}"]\`, or pass the value in as configuration`,
  );
}

function remoteComponent(request: RegisterResourceRequest): Error {
  return new Error(
    `"${request.getName()}" (${request.getType()}) is a component that a provider's plugin builds, so its resources can't be ` +
      "seen without the plugin; use a component written in this program instead",
  );
}
