import { inspect } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { renderPage } from "../../apps/ops/src/plan/html/page.ts";
import { renderJson } from "../../apps/ops/src/plan/json.ts";
import { renderMarkdown } from "../../apps/ops/src/plan/markdown.ts";
import { type PlanReport, reportOf } from "../../apps/ops/src/plan/report.ts";
import { renderText } from "../../apps/ops/src/plan/text.ts";
import { readEnvironmentFile } from "../../stacks/environment-file.ts";
import { explainSettings } from "../../stacks/explain.ts";
import { planDesktop } from "../../stacks/local-podman.ts";
import { renderTree, SecretValue, type StackGraph } from "../../stacks/preview/index.ts";
import { type Document, environmentOf, graphOf, manifestsOf, planOf, problemsOf } from "../support/environment.ts";
import { temporaryFile } from "../support/temporary-file.ts";
import { WHOLE_DESKTOP } from "../support/whole-desktop.ts";

/** Values that must appear nowhere; none is part of another, and none of a name. */
const PLANTED = {
  accessToken: "planted-access-token-7f3a9c",
  databasePassword: "planted-database-password-51be20",
  modelApiKey: "planted-model-key-e88d14",
};
const secrets = Object.values(PLANTED);
const found = (text: string) => secrets.filter((secret) => text.includes(secret));

let graph: StackGraph;
beforeAll(async () => {
  graph = await graphOf(WHOLE_DESKTOP, { secrets: PLANTED });
});

describe("a secret's value", () => {
  it("reaches the containers that need it, as a secret", () => {
    const reached = graph.resources.flatMap(({ name, inputs }) =>
      revealed(inputs.envs).map((text) => ({
        container: name,
        secret: Object.keys(PLANTED).find((key) => text.includes(plantedValue(key))),
      })),
    );
    expect(reached).toEqual([
      { container: "flame-dev-agent", secret: "modelApiKey" },
      { container: "flame-dev-agent", secret: "databasePassword" },
      { container: "flame-dev-agent", secret: "accessToken" },
      { container: "flame-dev-database", secret: "databasePassword" },
    ]);
  });

  it.each([
    { where: "the graph as JSON", text: () => JSON.stringify(graph) },
    {
      where: "the graph as a debugger shows it",
      text: () => inspect(graph, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    },
    { where: "the graph as a tree", text: () => renderTree(graph) },
    {
      where: "the plan",
      text: () => inspect(planOf(WHOLE_DESKTOP, { secrets: PLANTED }), { depth: Number.POSITIVE_INFINITY }),
    },
    { where: "the manifests", text: () => JSON.stringify(manifestsOf(WHOLE_DESKTOP, { secrets: PLANTED })) },
    { where: "the report for a terminal", text: () => renderText(report(), (_style, text) => text) },
    { where: "the report as JSON", text: () => renderJson(report()) },
    { where: "the report as Markdown", text: () => renderMarkdown(report()) },
    { where: "the report as a page", text: () => renderPage(report()) },
    {
      where: "the report as a debugger shows it",
      text: () => inspect(report(), { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    },
  ])("is nowhere in $where", ({ text }) => {
    expect(text().length).toBeGreaterThan(200);
    expect(found(text())).toEqual([]);
  });

  it("would be found by this search: it finds one that stands in plain text", async () => {
    const careless = withAgent({ environment: { TOKEN: PLANTED.accessToken } });
    const plain = await graphOf(careless, { secrets: PLANTED });
    expect(found(JSON.stringify(plain.resources.map(({ inputs }) => inputs)))).toEqual([PLANTED.accessToken]);
    expect(found(JSON.stringify(manifestsOf(careless)))).toEqual([PLANTED.accessToken]);
  });
});

describe("an error", () => {
  it.each([
    { why: "of the schema", document: { ...WHOLE_DESKTOP, turns: { maxSeconds: 1 } } },
    { why: "of the plan", document: { ...WHOLE_DESKTOP, scaling: { preset: "bursty" } } },
    { why: "about a key that nothing refers to", document: { ...WHOLE_DESKTOP, forgotten: PLANTED.accessToken } },
  ])("$why says nothing of secrets", async ({ document }) => {
    const error = await graphOf(document, { secrets: PLANTED }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(found(inspect(error))).toEqual([]);
  });

  it.each([
    { why: "credentials", baseUrl: `https://user:${PLANTED.modelApiKey}@models.example/v1` },
    { why: "a key in its query", baseUrl: `https://models.example/v1?key=${PLANTED.modelApiKey}` },
    { why: "a key in its fragment", baseUrl: `https://models.example/v1#${PLANTED.modelApiKey}` },
  ])("about an address with $why doesn't show it", ({ baseUrl }) => {
    const model = { kind: "openai-compatible", baseUrl, name: "small", apiKey: { secret: "modelApiKey" } };
    const problems = problemsOf(withAgent({ model }));
    expect(problems.map(({ path }) => path)).toEqual(["agent.model.baseUrl"]);
    expect(found(JSON.stringify(problems))).toEqual([]);
  });
});

describe("a file with secrets", () => {
  it("keeps a ciphertext out of what is read from it", async () => {
    const lines = Object.entries(PLANTED).map(([name, value]) => `  blueprint:${name}: { secure: ${value} }`);
    const concerns = Object.entries(WHOLE_DESKTOP).map(
      ([name, value]) => `  blueprint:${name}: ${JSON.stringify(value)}`,
    );
    await using file = await temporaryFile("Pulumi.dev.yaml", ["config:", ...concerns, ...lines].join("\n"));
    const read = await readEnvironmentFile("dev", file.path);
    expect(read.document.secretNames.toSorted()).toEqual(Object.keys(PLANTED).toSorted());
    expect(found(inspect([read.document, explainSettings(read)], { depth: Number.POSITIVE_INFINITY }))).toEqual([]);
  });
});

function report(): PlanReport {
  const environment = environmentOf(WHOLE_DESKTOP, { secrets: PLANTED });
  const desktop = planDesktop(environment);
  if (!desktop) throw new Error("the document isn't a desktop's");
  const policies = { ok: true, pack: "baseline", version: "0.1.0", passed: 1, findings: [] };
  return reportOf({
    settings: environment.settings,
    explanations: [],
    planned: { kind: "local-podman", ...desktop },
    graph,
    policies,
    state: undefined,
    seconds: 1,
  });
}

function withAgent(settings: Document): Document {
  return { ...WHOLE_DESKTOP, agent: { ...Object(WHOLE_DESKTOP.agent), ...settings } };
}

function plantedValue(name: string): string {
  return new Map(Object.entries(PLANTED)).get(name) ?? "";
}

/** The texts hidden in the secret entries of a list. */
function revealed(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry) => (entry instanceof SecretValue ? [`${entry.reveal()}`] : []));
}
