import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3Message,
  SharedV3ProviderOptions,
} from "@ai-sdk/provider";
import { addressesIn } from "../addresses/index.ts";

/** What a model is told in place of a file that is named by its address or its id. */
const LEFT_OUT = "(A file that was named by its address is left out.)";

type Part = Exclude<LanguageModelV3Message["content"], string>[number];
type FilePart = Extract<Part, { type: "file" }>;
type ToolResult = Extract<Part, { type: "tool-result" }>;
type ResultContent = Extract<ToolResult["output"], { type: "content" }>["value"][number];

/**
 * The same model, to which no address and no file's id is handed on, and for which nobody fetches what one holds: who
 * asks it is told that it takes every address itself. What may be fetched stands in a message as its content.
 */
export function withoutAddresses(model: LanguageModelV3): LanguageModelV3 {
  return {
    ...model,
    supportedUrls: { "*": [/^/] },
    doGenerate: (options) => model.doGenerate(withoutFilesElsewhere(options)),
    doStream: (options) => model.doStream(withoutFilesElsewhere(options)),
  };
}

function withoutFilesElsewhere(options: LanguageModelV3CallOptions): LanguageModelV3CallOptions {
  return { ...options, prompt: options.prompt.map(cleaned) };
}

function cleaned(given: LanguageModelV3Message): LanguageModelV3Message {
  const message = withCleanOptions(given);
  switch (message.role) {
    case "system":
      return message;
    case "user":
      return {
        ...message,
        content: message.content.map((part) => (isElsewhere(part) ? leftOut() : withCleanOptions(part))),
      };
    case "assistant":
      return {
        ...message,
        content: message.content.map((part) => (isElsewhere(part) ? leftOut() : withCleanResult(part))),
      };
    case "tool":
      return { ...message, content: message.content.map(withCleanResult) };
  }
}

function withCleanResult<Given extends Part>(given: Given): Given {
  const part = withCleanOptions(given);
  if (part.type !== "tool-result" || part.output.type !== "content") return part;
  const value = part.output.value.map((item) => (isInside(item) ? withCleanOptions(item) : leftOut()));
  return { ...part, output: { ...part.output, value } };
}

/** Options go into what the model's server is sent as they are. */
function withCleanOptions<Given extends { providerOptions?: SharedV3ProviderOptions }>(given: Given): Given {
  if (addressesIn(given.providerOptions, "providerOptions").length === 0) return given;
  return { ...given, providerOptions: {} };
}

/** Whether a file is named by its address. Text in its place is base64, which has no colon. */
function isElsewhere(part: Part): part is FilePart {
  if (part.type !== "file") return false;
  return part.data instanceof URL ? part.data.protocol !== "data:" : isText(part.data) && !isContent(part.data);
}

function isInside(item: ResultContent): boolean {
  switch (item.type) {
    case "text":
    case "custom":
      return true;
    case "file-data":
    case "image-data":
      return isContent(item.data);
    default:
      return false;
  }
}

function isText(data: FilePart["data"]): data is string {
  return typeof data === "string";
}

function isContent(data: string): boolean {
  return !data.includes(":") || /^data:/i.test(data);
}

function leftOut(): { type: "text"; text: string } {
  return { type: "text", text: LEFT_OUT };
}
