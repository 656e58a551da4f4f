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

/** What is told to each provider beside a part. */
export const ProviderOptions = z.record(z.string(), z.record(z.string(), z.json()));

/** A part with an image, in any of the formats of Mastra and the AI SDK. */
export const ImagePart = z.looseObject({ ...types, image: Content });

/** A part with a file. Its type is named beside it or in its data: URL. */
export const FilePart = z
  .union([z.looseObject({ ...types, data: Content }), z.looseObject({ ...types, url: Content })])
  .refine(
    ({ mediaType, mimeType, data, url }) =>
      mediaType !== undefined || mimeType !== undefined || isDataUrl(data) || isDataUrl(url),
    { error: `must have a mediaType; ${ALLOWED}`, path: ["mediaType"] },
  );

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

function isDataUrl(value: unknown): boolean {
  return typeof value === "string" && DATA_URL.test(value);
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
