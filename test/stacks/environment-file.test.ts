import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../components/core/index.ts";
import { programConfiguration, readEnvironmentFile } from "../../stacks/environment-file.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const FILE = `# A comment.
encryptionsalt: v1:abc
config:
  docker:host: unix:///elsewhere.sock
  blueprint:topology:
    kind: local-podman
    network:
      subnet: 10.0.0.0/24
      dnsServers:
        - 9.9.9.9
        - 1.1.1.1
  blueprint:agent: { authentication: { kind: bearer, token: { secret: accessToken } } }
  blueprint:accessToken:
    secure: v1:ciphertext
`;

async function read(text: string) {
  await using file = await temporaryFile("Pulumi.dev.yaml", text);
  return await readEnvironmentFile("dev", file.path);
}

async function problemsOf(text: string) {
  const error = await read(text).catch((thrown: unknown) => thrown);
  return error instanceof ConfigurationError ? error.problems : error;
}

describe("an environment's file", () => {
  it("gives its concerns as they are written, and its secrets only by name", async () => {
    const { environment, document } = await read(FILE);
    expect(environment).toBe("dev");
    expect(document.secretNames).toEqual(["accessToken"]);
    expect(document.values).toEqual({
      topology: { kind: "local-podman", network: { subnet: "10.0.0.0/24", dnsServers: ["9.9.9.9", "1.1.1.1"] } },
      agent: { authentication: { kind: "bearer", token: { secret: "accessToken" } } },
    });
  });

  it("keeps ciphertexts and what other namespaces say to itself", async () => {
    const shown = inspect((await read(FILE)).document, { depth: Number.POSITIVE_INFINITY });
    expect(shown).not.toContain("ciphertext");
    expect(shown).not.toContain("elsewhere");
  });

  it.each([
    { why: "a concern", setting: ["topology"], line: 6 },
    { why: "a setting", setting: ["topology", "network", "subnet"], line: 8 },
    { why: "an entry of a list", setting: ["topology", "network", "dnsServers", 1], line: 11 },
    { why: "a setting on one line with others", setting: ["agent", "authentication", "kind"], line: 12 },
    { why: "a setting that the file doesn't say", setting: ["turns", "maxSeconds"], line: undefined },
    { why: "a setting below one that the file doesn't say", setting: ["topology", "storage", "kind"], line: undefined },
  ])("knows the line of $why", async ({ setting, line }) => {
    expect((await read(FILE)).lineOf(setting)).toBe(line);
  });

  it.each([
    { why: "nothing", text: "" },
    { why: "no configuration", text: "encryptionsalt: v1:abc\n" },
    { why: "an empty configuration", text: "config:\n" },
    { why: "only a list", text: "- a\n" },
    { why: "a text in place of configuration", text: "config: text\n" },
  ])("may say $why: what is missing is the schema's to tell", async ({ text }) => {
    expect((await read(text)).document).toEqual({ values: {}, secretNames: [] });
  });
});

describe("a file that can't be used", () => {
  it("is told by its name where it isn't there", async () => {
    await expect(readEnvironmentFile("nowhere")).rejects.toThrow(
      "Pulumi.nowhere.yaml is missing\n    allowed: a file beside Pulumi.yaml\n    fix: create Pulumi.nowhere.yaml, or name another environment",
    );
  });

  it.each([
    {
      why: "an indentation that is none",
      text: "config:\n  blueprint:turns:\n    maxSeconds: 5\n   bad: 1\n",
      line: 4,
    },
    { why: "an unclosed bracket", text: "config:\n  blueprint:turns: { maxSeconds: 5\n", line: 3 },
    { why: "the same key twice", text: "config:\n  blueprint:turns: {}\n  blueprint:turns: {}\n", line: 3 },
  ])("is told by the line that isn't YAML: $why", async ({ text, line }) => {
    expect(await problemsOf(text)).toEqual([
      {
        path: expect.stringContaining("Pulumi.dev.yaml"),
        given: expect.stringMatching(new RegExp(`^line ${line}: [^\\n]+$`)),
        allowed: "YAML",
        mend: "correct the line",
      },
    ]);
  });

  it.each([
    { why: "text", value: "planted-secret" },
    { why: "a number", value: "123456789" },
    { why: "a group without a ciphertext", value: "{ value: planted-secret }" },
  ])("is told of a secret in plain text, without showing it: $why", async ({ value }) => {
    const problems = await problemsOf(FILE.replace(/accessToken:\n\s+secure: .*/, `accessToken: ${value}`));
    expect(problems).toMatchObject([{ path: "accessToken", given: "written as plain text" }]);
    expect(inspect(problems)).not.toMatch(/planted|123456789/);
  });
});

describe("the program's configuration", () => {
  it("is what the engine would hand over: JSON, and a stand-in for each secret", async () => {
    const { config, secretKeys } = programConfiguration((await read(FILE)).document);
    expect(secretKeys).toEqual(["blueprint:accessToken"]);
    expect(Object.keys(config)).toEqual(["blueprint:topology", "blueprint:agent", "blueprint:accessToken"]);
    expect(JSON.parse(config["blueprint:agent"] ?? "")).toMatchObject({ authentication: { kind: "bearer" } });
    expect(config["blueprint:accessToken"]).not.toBe("");
  });

  it("leaves text as it is", () => {
    expect(programConfiguration({ values: { turns: "text" }, secretNames: [] }).config).toEqual({
      "blueprint:turns": "text",
    });
  });
});
