import type { Alias } from "@pulumi/pulumi/proto/alias_pb.js";
import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { SourcePosition } from "@pulumi/pulumi/proto/source_pb.js";
import { byText, type CustomTimeouts, type ResourceNode } from "./graph.ts";
import { type Identity, providerUrn, urnOf } from "./urns.ts";
import { fromWire, type PropertyMap, type PropertyValue, propertiesOf } from "./values.ts";

/** What the monitor decides about a registration. */
interface Decided {
  readonly identity: Identity;
  readonly id: string | undefined;
  /** Properties the provider answers with, on top of the inputs. */
  readonly computed: PropertyMap;
}

/** A registration as the SDK sends it → a node of the graph. Pure. */
export function registeredNode(
  request: RegisterResourceRequest,
  inputs: PropertyMap,
  { identity, id, computed }: Decided,
): ResourceNode {
  return {
    urn: urnOf(identity),
    type: identity.type,
    name: identity.name,
    custom: request.getCustom(),
    external: false,
    id,
    inputs,
    outputs: request.getCustom() ? { ...inputs, ...computed } : {},
    parent: identity.parent || undefined,
    dependencies: request.getDependenciesList().toSorted(byText),
    propertyDependencies: propertyDependencies(request),
    provider: providerUrn(request.getProvider()),
    protect: Boolean(request.getProtect()),
    aliases: request.getAliasesList().map((alias) => aliasUrn(alias, identity)),
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    retainOnDelete: Boolean(request.getRetainondelete()),
    replaceOnChanges: request.getReplaceonchangesList(),
    replaceWith: request.getReplaceWithList(),
    replacementTrigger: triggerOf(request),
    customTimeouts: customTimeouts(request.getCustomtimeouts()),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
  };
}

/** A read of an existing resource → a node of the graph. Pure. */
export function readNode(request: ReadResourceRequest, { identity, computed }: Decided): ResourceNode {
  const inputs = propertiesOf(request.getProperties());
  return {
    urn: urnOf(identity),
    type: identity.type,
    name: identity.name,
    custom: true,
    external: true,
    id: request.getId(),
    inputs,
    outputs: { ...inputs, ...computed },
    parent: identity.parent || undefined,
    dependencies: request.getDependenciesList().toSorted(byText),
    propertyDependencies: {},
    provider: providerUrn(request.getProvider()),
    protect: false,
    aliases: [],
    deleteBeforeReplace: undefined,
    ignoreChanges: [],
    retainOnDelete: false,
    replaceOnChanges: [],
    replaceWith: [],
    replacementTrigger: undefined,
    customTimeouts: {},
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
  };
}

/** `file:line` where the program made the resource, as far as the SDK could tell. */
export function sourceOf(position: SourcePosition | undefined): string {
  if (position === undefined) return "an unknown line";
  return `${position.getUri().replace(/^.*file:\/*/, "/")}:${position.getLine()}`;
}

function propertyDependencies(request: RegisterResourceRequest): Record<string, string[]> {
  const entries = [...request.getPropertydependenciesMap().entries()]
    .map(([property, list]): [string, string[]] => [property, list.getUrnsList().toSorted(byText)])
    .filter(([, urns]) => urns.length > 0);
  return Object.fromEntries(entries.toSorted(([one], [other]) => byText(one, other)));
}

function triggerOf(request: RegisterResourceRequest): PropertyValue | undefined {
  const trigger = request.getReplacementTrigger()?.toJavaScript();
  return trigger === undefined || trigger === null ? undefined : fromWire(trigger);
}

function aliasUrn(alias: Alias, identity: Identity): string {
  const spec = alias.getSpec();
  if (spec === undefined) return alias.getUrn();
  return urnOf({
    stack: spec.getStack() || identity.stack,
    project: spec.getProject() || identity.project,
    type: spec.getType() || identity.type,
    name: spec.getName() || identity.name,
    parent: spec.getNoparent() ? "" : spec.getParenturn() || identity.parent,
  });
}

function customTimeouts(timeouts: RegisterResourceRequest.CustomTimeouts | undefined): CustomTimeouts {
  const all = { create: timeouts?.getCreate(), update: timeouts?.getUpdate(), delete: timeouts?.getDelete() };
  return Object.fromEntries(Object.entries(all).filter(([, duration]) => duration));
}
