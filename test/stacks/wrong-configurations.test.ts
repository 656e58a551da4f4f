import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readEnvironmentFile } from "../../stacks/environment-file.ts";
import { desktopDocument, graphOf, problemsOf } from "../support/environment.ts";
import { WRONG_COMBINATIONS } from "./wrong-combinations.ts";
import { SERVERS_WITH_SEVERAL_MISTAKES } from "./wrong-servers/at-once.ts";
import { WRONG_SERVERS } from "./wrong-servers/index.ts";
import { WRONG_VALUES } from "./wrong-values.ts";

describe("an environment with one mistake", () => {
  it.each([...WRONG_VALUES, ...WRONG_COMBINATIONS, ...WRONG_SERVERS])(
    "is refused with place, value, allowed and fix: $why",
    async (wrong) => {
      const { document, path, given, allowed, mend, unsetSecrets = [] } = wrong;
      const problems = problemsOf(document, { unsetSecrets });
      expect(problems).toEqual([
        {
          path,
          given: given ? expect.stringMatching(given) : undefined,
          allowed: expect.stringMatching(allowed),
          mend: expect.stringMatching(mend),
        },
      ]);

      const made: string[] = [];
      const preview = graphOf(document, { unsetSecrets, onName: (name) => made.push(name) });
      const message = await preview.then(
        () => "accepted",
        (error: unknown) => `${error}`,
      );
      expect(message).toContain(`1 problem in environment "dev":\n  dev: ${path} is `);
      expect(message).toMatch(/\n {4}allowed: .+\n {4}fix: .+$/);
      expect(made).toEqual([]);
    },
  );

  it("is refused without a word of what a key beside the concerns holds", async () => {
    const document = desktopDocument({ forgotten: "planted-secret-value" });
    await expect(graphOf(document)).rejects.toThrow(/dev: forgotten is "\(not shown\)"\n {4}allowed: .*\n {4}fix: /);
  });
});

describe("an environment with several mistakes", () => {
  const document = desktopDocument({
    turns: { maxSeconds: 1, stopGraceSeconds: 0 },
    agent: {
      image: "agent:latest",
      model: { kind: "openai-compatible", baseUrl: "ftp://models", name: "", apiKey: { secret: "key" } },
    },
    scaling: { replicas: { min: 2, max: 1 } },
  });

  it("names all of them at once, in the order of the schemas", () => {
    const paths = problemsOf(document, { unsetSecrets: ["key"] }).map(({ path }) => path);
    expect(paths).toEqual([
      "agent.image",
      "agent.model.baseUrl",
      "agent.model.name",
      "turns.maxSeconds",
      "turns.stopGraceSeconds",
      "scaling.replicas.min",
      "agent.model.apiKey.secret",
    ]);
  });

  it("names all that only show in the plan at once too", async () => {
    const planned = desktopDocument({
      turns: { stopGraceSeconds: 30 },
      scaling: { preset: "steady" },
      resources: { engine: { cpu: "4" } },
      labels: { "blueprint.version": "2" },
    });
    expect(problemsOf(planned).map(({ path }) => path)).toEqual([
      "turns.stopGraceSeconds",
      "resources.engine.cpu",
      "scaling.replicas.max",
      "labels.blueprint.version",
    ]);
    await expect(graphOf(planned)).rejects.toThrow('4 problems in environment "dev":');
  });
});

describe("a server's environment with several mistakes", () => {
  it.each(SERVERS_WITH_SEVERAL_MISTAKES)("is refused once, with all of them: $why", async ({ document, paths }) => {
    const problems = problemsOf(document);
    expect(problems.map(({ path }) => path)).toEqual(paths);
    expect(problems.filter(({ allowed, mend }) => allowed === "" || mend === "")).toEqual([]);
    await expect(graphOf(document)).rejects.toThrow(`${paths.length} problems in environment "dev":`);
  });
});

describe("a secret in the file as plain text", () => {
  it("is refused without being shown", async () => {
    const folder = await mkdtemp(join(tmpdir(), "blueprint-"));
    const path = join(folder, "Pulumi.dev.yaml");
    await writeFile(
      path,
      [
        "config:",
        "  blueprint:topology: { kind: local-podman }",
        "  blueprint:agent: { authentication: { kind: bearer, token: { secret: accessToken } } }",
        "  blueprint:accessToken: planted-secret-value",
      ].join("\n"),
    );
    try {
      const error = await readEnvironmentFile("dev", path).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        problems: [
          {
            path: "accessToken",
            given: "written as plain text",
            allowed: "a secret that Pulumi has encrypted",
            mend: expect.stringContaining("pulumi config set --secret blueprint:accessToken"),
          },
        ],
      });
      expect(`${error}`).not.toContain("planted");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
