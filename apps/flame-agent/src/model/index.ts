import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { ModelConfiguration } from "../configuration.ts";
import { offlineModel } from "./offline.ts";

/** The language model that the configuration names. */
export function languageModel(model: ModelConfiguration): LanguageModelV3 {
  if (model.kind === "offline") return offlineModel(model);
  return createOpenAICompatible({
    name: "openai-compatible",
    baseURL: model.baseUrl,
    apiKey: model.apiKey,
    includeUsage: true,
  }).chatModel(model.name);
}
