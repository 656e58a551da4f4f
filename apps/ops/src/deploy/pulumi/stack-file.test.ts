import { describe, expect, it } from "vitest";
import { hasSecrets, saltOf, withoutSalt, withSalt } from "./stack-file.ts";

const written = "# by hand\nconfig:\n  blueprint:turns: { maxSeconds: 60 }\n\n  blueprint:labels: {}\n";

describe("the salt of a stack's file", () => {
  it("is the only line that changes, there and back", () => {
    const salted = withSalt(written, "v1:abc=");
    expect(salted).toBe(`${written}encryptionsalt: v1:abc=\n`);
    expect(saltOf(salted)).toBe("v1:abc=");
    expect(withSalt(salted, "v1:new=")).toBe(`${written}encryptionsalt: v1:new=\n`);
    expect(withoutSalt(salted)).toBe(written);
  });

  it("is added to a file without a last line break", () => {
    expect(withSalt("config: {}", "v1:abc=")).toBe("config: {}\nencryptionsalt: v1:abc=\n");
  });

  it("is found wherever it stands", () => {
    expect(withoutSalt(`encryptionsalt: v1:abc=\n${written}`)).toBe(written);
    expect(saltOf(written)).toBeUndefined();
  });
});

it.each([
  { text: "config:\n  blueprint:modelApiKey:\n    secure: v1:x\n", secrets: true },
  { text: "config:\n  blueprint:modelApiKey: { secure: v1:x }\n", secrets: true },
  { text: "config:\n  blueprint:agent: { model: { apiKey: { secret: modelApiKey } } }\n", secrets: false },
])("whether a file holds a secret: $secrets", ({ text, secrets }) => {
  expect(hasSecrets(text)).toBe(secrets);
});
