import type * as proto from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callback, Sdk } from "./sdk.ts";

/**
 * Runs transforms on a registration, one after another, and writes what they return into the request, as the engine
 * does. The request is the SDK's own message and is changed in place.
 */
export async function applyTransforms(
  request: proto.RegisterResourceRequest,
  transforms: readonly Callback[],
  sdk: Sdk,
) {
  for (const transform of transforms) {
    const response = await transform(questionFrom(request, sdk).serializeBinary());
    if (!(response instanceof sdk.resources.TransformResponse)) continue;
    request.setObject(response.getProperties());
    const options = response.getOptions();
    if (options) writeOptions(options, request);
  }
}

function questionFrom(request: proto.RegisterResourceRequest, sdk: Sdk): proto.TransformRequest {
  const question = new sdk.resources.TransformRequest();
  question.setType(request.getType());
  question.setName(request.getName());
  question.setCustom(request.getCustom());
  question.setParent(request.getParent());
  question.setProperties(request.getObject());
  question.setOptions(readOptions(request, new sdk.resources.TransformResourceOptions()));
  return question;
}

function readOptions(request: proto.RegisterResourceRequest, options: proto.TransformResourceOptions) {
  options.setDependsOnList(request.getDependenciesList());
  options.setProtect(Boolean(request.getProtect()));
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setVersion(request.getVersion());
  options.setAliasesList(request.getAliasesList());
  options.setProvider(request.getProvider());
  options.setCustomTimeouts(request.getCustomtimeouts());
  options.setRetainOnDelete(Boolean(request.getRetainondelete()));
  if (request.getDeletebeforereplacedefined()) options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  return options;
}

function writeOptions(options: proto.TransformResourceOptions, request: proto.RegisterResourceRequest) {
  request.setDependenciesList(options.getDependsOnList());
  request.setProtect(Boolean(options.getProtect()));
  request.setIgnorechangesList(options.getIgnoreChangesList());
  request.setReplaceonchangesList(options.getReplaceOnChangesList());
  request.setVersion(options.getVersion());
  request.setAliasesList(options.getAliasesList());
  request.setProvider(options.getProvider());
  request.setCustomtimeouts(options.getCustomTimeouts());
  request.setRetainondelete(Boolean(options.getRetainOnDelete()));
  request.setDeletebeforereplacedefined(options.hasDeleteBeforeReplace());
  request.setDeletebeforereplace(Boolean(options.getDeleteBeforeReplace()));
  request.setAdditionalsecretoutputsList(options.getAdditionalSecretOutputsList());
}
