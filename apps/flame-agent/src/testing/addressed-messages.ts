/** A message that names a file by an address, in one of the formats that clients send. */
export interface AddressedMessage {
  readonly format: string;
  readonly message: Record<string, unknown>;
}

const result = (value: object) => ({
  type: "tool-result",
  toolCallId: "c1",
  toolName: "look",
  output: { type: "content", value: [value] },
});
const call = { type: "tool-call", toolCallId: "c1", toolName: "look", input: {}, args: {} };

/** Every way in which a message of the AI SDK (4 to 7), of Mastra's store or of OpenAI names a file by `address`. */
export function addressedMessages(address: string): readonly AddressedMessage[] {
  const user = (format: string, ...content: readonly unknown[]) => ({ format, message: { role: "user", content } });
  const text = { type: "text", text: "what is this?" };
  const image = "image/png";
  return [
    user("an image", text, { type: "image", image: address }),
    user("an image alone", { type: "image", image: address }),
    user("an image with a type", { type: "image", image: address, mediaType: image }),
    user("an image of version 4", { type: "image", image: address, mimeType: image }),
    user("a file", text, { type: "file", data: address, mediaType: image }),
    user("a file of version 4", { type: "file", data: address, mimeType: "application/pdf" }),
    user("a file without a type", { type: "file", data: address }),
    user("a file with a url", { type: "file", url: address, mediaType: image }),
    user("a nested url", { type: "file", data: { type: "url", url: address }, mediaType: image }),
    user("OpenAI's image", { type: "image_url", image_url: { url: address } }),
    user("OpenAI's image as text", { type: "image_url", image_url: address }),
    user("OpenAI's input", { type: "input_image", image_url: address }),
    user("OpenAI's file", { type: "input_file", file_url: address }),
    user("spaces before it", { type: "image", image: ` \n${address}` }),
    user("upper case", { type: "image", image: address.replace(/^http/, "HTTP") }),
    user("a line break in it", { type: "image", image: address.replace("http", "ht\ntp") }),
    { format: "a UI part", message: { role: "user", parts: [text, { type: "file", url: address, mediaType: image }] } },
    {
      format: "a UI part with an id",
      message: { id: "ui", role: "user", parts: [{ type: "file", url: address, mediaType: image, filename: "a.png" }] },
    },
    {
      format: "an attachment",
      message: {
        role: "user",
        content: "what is this?",
        experimental_attachments: [{ url: address, contentType: image, name: "a" }],
      },
    },
    {
      format: "an attachment beside parts",
      message: {
        role: "user",
        content: "what is this?",
        parts: [text],
        experimental_attachments: [{ url: address, contentType: image }],
      },
    },
    {
      format: "the store's part",
      message: {
        id: "db1",
        role: "user",
        createdAt: "2026-01-01T00:00:00.000Z",
        content: { format: 2, parts: [text, { type: "file", data: address, mimeType: image }] },
      },
    },
    {
      format: "the store's attachment",
      message: {
        id: "db2",
        role: "user",
        createdAt: "2026-01-01T00:00:00.000Z",
        content: { format: 2, parts: [text], experimental_attachments: [{ url: address, contentType: image }] },
      },
    },
    {
      format: "the assistant's file",
      message: { role: "assistant", content: [{ type: "file", data: address, mediaType: image }] },
    },
    {
      format: "a tool's image",
      message: { role: "tool", content: [call, result({ type: "image-url", url: address })] },
    },
    {
      format: "a tool's file",
      message: { role: "tool", content: [result({ type: "file-url", url: address, mediaType: image })] },
    },
    {
      format: "a tool's media",
      message: { role: "tool", content: [result({ type: "media", data: address, mediaType: image })] },
    },
    {
      format: "what a tool's result is to the model",
      message: {
        id: "db3",
        role: "assistant",
        createdAt: "2026-01-01T00:00:00.000Z",
        content: {
          format: 2,
          parts: [
            {
              type: "tool-invocation",
              toolInvocation: { state: "result", toolCallId: "c1", toolName: "look", args: {}, result: "seen" },
              providerMetadata: {
                mastra: { modelOutput: { type: "content", value: [{ type: "image-url", url: address }] } },
              },
            },
          ],
        },
      },
    },
  ];
}
