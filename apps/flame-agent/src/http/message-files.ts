import { z } from "zod";

/** Types that a model is given; over any other its provider fails. */
const MEDIA_TYPE = /^(image\/[\w.+*-]+|text\/[\w.+-]+(;.*)?|audio\/(wav|mp3|mpeg)|application\/pdf)$/;
const ALLOWED = "allowed: image/…, text/…, audio/wav, audio/mp3, audio/mpeg, application/pdf";
const DATA_URL = /^data:([^,;]*)(?:;[^,]*)?;base64,(.*)$/is;

const MediaType = z.string().regex(MEDIA_TYPE, { error: `must be a type that a model takes; ${ALLOWED}` });
/** What a file holds. Addresses are fetched, or refused, before. */
const Content = z.string().refine(isContent, {
  error: `must be base64, or a data: URL of base64 with a type; ${ALLOWED}`,
});

const types = { mediaType: MediaType.optional(), mimeType: MediaType.optional() };

const MISSING_TYPE = { message: `must have a mediaType; ${ALLOWED}` };

/** What is told to each provider beside a part. */
export const ProviderOptions = z.record(z.string(), z.record(z.string(), z.json()));

/** What a tool answered, as the AI SDK tells a model. */
const ToolOutput = z.union([
  z.object({ type: z.enum(["text", "error-text"]), value: z.string() }),
  z.object({ type: z.enum(["json", "error-json"]), value: z.json() }),
  z.object({ type: z.literal("content"), value: z.array(z.looseObject({ type: z.string() })) }),
]);
/** What Mastra notes beside a part: when it was said, and what the model is told in place of a tool's answer. */
const NotedByMastra = z.object({ createdAt: z.number().optional(), modelOutput: ToolOutput.optional() });

/** What each provider is told beside a part or told itself, and what Mastra noted. */
export const Told = ProviderOptions.nullish().transform((options, context) => {
  if (!options?.mastra) return options ?? undefined;
  const { data, error } = NotedByMastra.safeParse(options.mastra);
  for (const { path, message } of error?.issues ?? [])
    context.addIssue({ code: "custom", path: ["mastra", ...path], message });
  return { ...options, mastra: { ...data } };
});

/** Fields that may stand beside any part. */
export const beside = {
  providerOptions: Told,
  providerMetadata: Told,
  createdAt: z.number().optional(),
};

/** A part with an image, in any of the formats of Mastra and the AI SDK. */
export const ImagePart = z
  .object({ ...beside, ...types, image: Content })
  .transform(({ mediaType, mimeType, ...part }) => ({
    ...part,
    ...bothNames(mediaType ?? mimeType ?? typeInUrl(part.image)),
  }));

/** A part with a file. Its type is named beside it or in its data: URL, and then beside it, too. */
const FilePart = z
  .object({ ...beside, ...types, filename: z.string().optional(), data: Content.optional(), url: Content.optional() })
  .transform(({ mediaType, mimeType, data, url, ...part }, context) => {
    const content = data ?? url;
    const type = mediaType ?? mimeType ?? (content === undefined ? undefined : typeInUrl(content));
    if (content !== undefined && type !== undefined) return { ...part, content, mediaType: type };
    const missing = content === undefined ? { message: "must have data or a url" } : MISSING_TYPE;
    context.addIssue({ code: "custom", path: [content === undefined ? "data" : "mediaType"], ...missing });
    return z.NEVER;
  });

/** As a part of the content of a message to a model. */
export const ModelFile = FilePart.transform(({ content, mediaType, ...part }) => ({
  ...part,
  data: content,
  ...bothNames(mediaType),
}));

/** As version 4 of the AI SDK and Mastra's store have it. */
export const StoredFile = FilePart.transform(({ content, mediaType, ...part }) => ({
  ...part,
  data: content,
  mimeType: mediaType,
}));

/** As a message for a user interface has it since version 5 of the AI SDK. */
export const UiFile = FilePart.transform(({ content, mediaType, ...part }) => ({
  ...part,
  url: isDataUrl(content) ? content : `data:${mediaType};base64,${content}`,
  mediaType,
}));

/** A file beside the text of a message, as the AI SDK's version 4 has it. */
export const Attachment = z
  .looseObject({ contentType: MediaType.optional(), url: Content })
  .refine(({ contentType, url }) => contentType !== undefined || isDataUrl(url), {
    error: `must have a contentType; ${ALLOWED}`,
    path: ["contentType"],
  });

/** A part with a file in a message that is sent into a thread. */
export const SentFile = z.strictObject({
  type: z.literal("file"),
  data: Content,
  mediaType: MediaType,
  filename: z.string().optional(),
  providerOptions: ProviderOptions.optional(),
});

/** The versions of the AI SDK name a file's type differently. */
function bothNames(type: string | undefined) {
  return type === undefined ? {} : { mediaType: type, mimeType: type };
}

function typeInUrl(content: string): string | undefined {
  return DATA_URL.exec(content)?.[1];
}

function isDataUrl(value: string): boolean {
  return DATA_URL.test(value);
}

function isContent(value: string): boolean {
  const [, mediaType, base64 = value] = DATA_URL.exec(value) ?? [];
  return (mediaType === undefined || MEDIA_TYPE.test(mediaType)) && isBase64(base64);
}

/** As the providers read it: with the letters of URLs too. */
function isBase64(value: string): boolean {
  try {
    return atob(value.replaceAll("-", "+").replaceAll("_", "/")) !== "";
  } catch {
    return false;
  }
}
