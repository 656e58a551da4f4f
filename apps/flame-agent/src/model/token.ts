import type { LanguageModelV3StreamPart } from "@ai-sdk/provider";

/** Whether the part is something that the model said, rather than the frame around it. */
export function isToken(part: LanguageModelV3StreamPart): boolean {
  return /^(text-delta|reasoning-delta|tool-input-delta|tool-call)$/.test(part.type);
}
