import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord } from "./is-record.ts";
import { openApi } from "./openapi.ts";

const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_METRICS_PATH: "/figures" });
});
afterAll(() => agent.stop());

describe("the OpenAPI document", () => {
  it("has every route of ours, and no other", async () => {
    const { paths } = Document.parse(await (await agent.get("/openapi.json")).json());
    const told = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = agent.routes
      .filter(({ path }) => !path.startsWith("/api/") && !path.includes("*"))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect(routes.length).toBeGreaterThan(15);
    expect(told.toSorted()).toEqual(routes.toSorted());
  });

  it("is made of the schemas that parse the requests", () => {
    const { paths } = openApi("/metrics");
    expect(paths["/turns"]?.post).toMatchObject({
      requestBody: {
        content: {
          "application/json": {
            schema: {
              required: ["message"],
              additionalProperties: false,
              properties: {
                message: { type: "string", maxLength: 10_000_000 },
                resource: { type: "string", maxLength: 200 },
              },
            },
          },
        },
      },
    });
    expect(paths["/approvals"]?.get).toMatchObject({
      parameters: expect.arrayContaining([
        {
          name: "limit",
          in: "query",
          required: false,
          schema: { type: "integer", minimum: 1, maximum: 100, default: 50 },
        },
      ]),
    });
  });

  it("links to operations that there are", () => {
    const operations = Object.values(openApi("/metrics").paths).flatMap((methods) => Object.values(methods));
    const ids = operations.map((operation) => (isRecord(operation) ? operation.operationId : undefined));
    const linked = [...JSON.stringify(operations).matchAll(/"links":\{.*?\}\}\}/g)].flatMap(([text]) =>
      [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id),
    );
    expect(linked.length).toBeGreaterThan(10);
    expect(ids).toEqual(expect.arrayContaining(linked));
    expect(new Set(ids).size).toBe(ids.length);
  });
});
