import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { ModelCareConfiguration } from "../configuration.operations.ts";
import type { ModelConfiguration } from "../configuration.ts";
import { describeError, type Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Permits } from "../permits.ts";
import { fetchWithTrace } from "../telemetry/index.ts";
import { tellingUnasked } from "./asked.ts";
import { bounded } from "./bounded.ts";
import { openableCircuit } from "./circuit.ts";
import { type Candidate, fallbackChain } from "./fallback.ts";
import { heldBack } from "./held-back.ts";
import { reasonOf } from "./model-errors.ts";
import { offlineModel } from "./offline.ts";
import { withOwnCallIds } from "./own-call-ids.ts";
import { patientRetry } from "./retry.ts";
import { withoutAddresses } from "./without-addresses.ts";

/** Pace of the offline model where it stands in for another one, in tokens a second. */
const STAND_IN_TOKENS_PER_SECOND = 50;

/** The agent's language model, and how its parts fare. */
export interface AgentModel {
  /** The configured model with its fallbacks behind it; its calls are counted, timed and traced. */
  readonly languageModel: LanguageModelV3;
  /** Each model in order, and whether it is asked at the moment. */
  states(): readonly { readonly name: string; readonly asked: boolean }[];
}

/** Makes the model that the configuration names, with those that stand in for it. */
export function agentModel(
  model: ModelConfiguration,
  care: ModelCareConfiguration,
  metrics: Metrics,
  log: Logger,
  large: Permits,
): AgentModel {
  const stood = care.fallbacks.map((fallback) =>
    fallback.kind === "offline"
      ? { kind: fallback.kind, tokensPerSecond: STAND_IN_TOKENS_PER_SECOND }
      : { ...fallback, apiKey: fallback.apiKey },
  );
  const candidates = [model, ...stood].map((configuration, index): Candidate => {
    const name = nameOf(configuration, index);
    return {
      name,
      model: metrics.meter(languageModel(configuration), name),
      circuit: openableCircuit({
        failures: care.breakerFailures,
        seconds: care.breakerSeconds,
        onChange(open) {
          metrics.setCircuit(name, open);
          log.warn({ model: name }, open ? "model isn't asked for a while" : "model is asked again");
        },
      }),
      // The offline model can't hang, and at its slowest a tool's call takes longer than any server.
      firstTokenSeconds: configuration.kind === "offline" ? undefined : care.firstTokenSeconds,
    };
  });
  const chain = fallbackChain(
    candidates,
    (name, reason) => {
      metrics.countFallback(name, reason);
      log.warn({ model: name, reason }, "model failed");
    },
    ({ model: name, reference, error }) =>
      log.warn(
        {
          model: name,
          reference,
          reason: reasonOf(error),
          ...(error !== undefined && { error: describeError(error) }),
        },
        "model's answer was cut",
      ),
    patientRetry({
      retries: care.retries,
      longestPauseSeconds: care.retrySeconds,
      onRetry: (pauseMilliseconds) => log.warn({ pauseMilliseconds }, "models are asked again after a pause"),
    }),
  );
  const tooLarge = () =>
    log.warn({ limitKiB: care.answerLimitKiB }, "turn's answer was stopped: FLAME_ANSWER_LIMIT_KIB");
  return {
    languageModel: withoutAddresses(
      heldBack(bounded(withOwnCallIds(chain), { limitKiB: care.answerLimitKiB, large, onPassed: tooLarge })),
    ),
    states: () => candidates.map(({ name, circuit }) => ({ name, asked: !circuit.open })),
  };
}

function languageModel(model: ModelConfiguration): LanguageModelV3 {
  if (model.kind === "offline") return offlineModel(model);
  const made = (ask: typeof fetch) =>
    createOpenAICompatible({
      name: "openai-compatible",
      baseURL: model.baseUrl,
      apiKey: model.apiKey,
      includeUsage: true,
      fetch: ask,
    }).chatModel(model.name);
  return tellingUnasked(made, fetchWithTrace);
}

/** A name for metrics, with its place where a fallback may bear the same one. */
function nameOf(model: ModelConfiguration, index: number): string {
  const name = model.kind === "offline" ? "offline" : model.name;
  return index === 0 ? name : `${name}#${index + 1}`;
}
