import { describe, expect, it } from "vitest";
import { addressedMessages } from "../testing/addressed-messages.ts";
import { addressesIn } from "./find-addresses.ts";

const ADDRESS = "http://files.example/x.png";

describe("an address in a message", () => {
  it.each(addressedMessages(ADDRESS))("is found and can be replaced: $format", ({ message }) => {
    const copy: unknown = structuredClone(message);
    const found = addressesIn([copy], "messages");
    expect(found.map(({ address }) => new URL(address).href)).toEqual([ADDRESS]);
    expect(found[0]?.path).toMatch(/^messages\.0\./);
    found[0]?.replaceBy("data:image/png;base64,AA==");
    expect(addressesIn([copy], "messages")).toEqual([]);
    expect(JSON.stringify(copy)).toContain("data:image/png;base64,AA==");
  });

  it.each([
    "https://a.example",
    "file:///etc/passwd",
    "ftp://a.example/x",
    "gs://bucket/x",
    "s3://b/x",
    "//a.example/x",
  ])("has whatever scheme: %s", (address) => {
    const bare = address.startsWith("//") ? `http:${address}` : address;
    expect(addressesIn([{ role: "user", content: [{ type: "image", image: bare }] }], "messages")).toHaveLength(1);
  });

  it("is also a file's id at the model's server", () => {
    const content = [{ type: "file", data: "file-abc123", mediaType: "application/pdf" }];
    expect(addressesIn([{ role: "user", content }], "messages")).toHaveLength(1);
  });

  it.each([
    { why: "text", message: { role: "user", content: "see https://a.example" } },
    { why: "text that is one", message: { role: "user", content: ADDRESS } },
    { why: "a part's text", message: { role: "user", content: [{ type: "text", text: ADDRESS }] } },
    { why: "content", message: { role: "user", content: [{ type: "image", image: "data:image/png;base64,AA==" }] } },
    { why: "base64", message: { role: "user", content: [{ type: "image", image: "iVBORw0KGgo=" }] } },
    {
      why: "what a tool was asked",
      message: {
        role: "assistant",
        content: [
          { type: "tool-call", toolCallId: "call:1", toolName: "open", input: { url: ADDRESS, image: ADDRESS } },
        ],
      },
    },
    {
      why: "what a tool found",
      message: {
        role: "tool",
        content: [
          { type: "tool-result", toolCallId: "c", toolName: "t", output: { type: "json", value: { url: ADDRESS } } },
        ],
      },
    },
    { why: "a source", message: { role: "assistant", parts: [{ type: "source-url", sourceId: "s", url: ADDRESS }] } },
    { why: "a client's data", message: { role: "user", parts: [{ type: "data-page", data: { url: ADDRESS } }] } },
    { why: "a client's notes", message: { role: "user", content: "x", metadata: { page: ADDRESS } } },
    { why: "no message", message: 7 },
  ])("isn't one as $why", ({ message }) => {
    expect(addressesIn([message], "messages")).toEqual([]);
  });
});
