import type * as proto from "@pulumi/pulumi/proto/analyzer_pb.js";
import { mapToWire, type PropertyMap, type ResourceNode, type StackGraph } from "../../stacks/preview/index.ts";
import type { Protocol, Struct } from "./protobuf.ts";

/** A resource as the engine asks a pack about it; `properties` where a remediation has changed them. */
export function analyzeRequest(node: ResourceNode, graph: StackGraph, protocol: Protocol, properties?: Struct) {
  const request = new protocol.analyzer.AnalyzeRequest();
  request.setUrn(node.urn);
  request.setType(node.type);
  request.setName(node.name);
  request.setProperties(properties ?? structOf(node.inputs, protocol));
  request.setOptions(optionsOf(node, protocol));
  const provider = providerOf(node, graph, protocol);
  if (provider) request.setProvider(provider);
  return request;
}

/** A whole stack as the engine asks a pack about it: the resources' outputs. */
export function analyzeStackRequest(graph: StackGraph, protocol: Protocol) {
  const request = new protocol.analyzer.AnalyzeStackRequest();
  request.setResourcesList(graph.resources.map((node) => stackResource(node, graph, protocol)));
  return request;
}

function stackResource(node: ResourceNode, graph: StackGraph, protocol: Protocol) {
  const resource = new protocol.analyzer.AnalyzerResource();
  resource.setUrn(node.urn);
  resource.setType(node.type);
  resource.setName(node.name);
  resource.setProperties(structOf(node.outputs, protocol));
  resource.setOptions(optionsOf(node, protocol));
  const provider = providerOf(node, graph, protocol);
  if (provider) resource.setProvider(provider);
  resource.setParent(node.parent ?? "");
  resource.setDependenciesList([...node.dependencies]);
  for (const [property, urns] of Object.entries(node.propertyDependencies)) {
    const dependencies = new protocol.analyzer.AnalyzerPropertyDependencies();
    dependencies.setUrnsList([...urns]);
    resource.getPropertydependenciesMap().set(property, dependencies);
  }
  return resource;
}

function optionsOf(node: ResourceNode, { analyzer }: Protocol): proto.AnalyzerResourceOptions {
  const options = new analyzer.AnalyzerResourceOptions();
  options.setProtect(node.protect);
  options.setIgnorechangesList([...node.ignoreChanges]);
  options.setDeletebeforereplace(node.deleteBeforeReplace ?? false);
  options.setDeletebeforereplacedefined(node.deleteBeforeReplace !== undefined);
  options.setAdditionalsecretoutputsList([...node.additionalSecretOutputs]);
  options.setAliasesList([...node.aliases]);
  options.setParent(node.parent ?? "");
  const timeouts = new analyzer.AnalyzerResourceOptions.CustomTimeouts();
  timeouts.setCreate(secondsOf(node.customTimeouts.create));
  timeouts.setUpdate(secondsOf(node.customTimeouts.update));
  timeouts.setDelete(secondsOf(node.customTimeouts.delete));
  options.setCustomtimeouts(timeouts);
  return options;
}

function providerOf(node: ResourceNode, graph: StackGraph, protocol: Protocol) {
  const provider = graph.resources.find(({ urn }) => urn === node.provider);
  if (provider === undefined) return undefined;
  const message = new protocol.analyzer.AnalyzerProviderResource();
  message.setUrn(provider.urn);
  message.setType(provider.type);
  message.setName(provider.name);
  message.setProperties(structOf(provider.inputs, protocol));
  return message;
}

function structOf(properties: PropertyMap, { Struct }: Protocol): Struct {
  return Struct.fromJavaScript(mapToWire(properties));
}

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds in a duration such as `1h30m`; 0 stands for the provider's default. */
function secondsOf(duration: string | undefined): number {
  const parts = [...(duration ?? "").matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  return parts.reduce((total, [, amount, unit]) => total + Number(amount) * (SECONDS_PER_UNIT[unit ?? ""] ?? 0), 0);
}
