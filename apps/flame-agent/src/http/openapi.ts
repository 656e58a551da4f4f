import { z } from "zod";
import { VERSION } from "../version.ts";
import { TurnEvent } from "../workflow/events.ts";
import { PIECE_ID } from "./fields.ts";
import { type Answer, OPERATIONS, type Operation } from "./operations.ts";
import { refusalsOf } from "./refusals.ts";

/** What is parsed from text, such as a query's number, is told as what it is parsed to. */
const jsonSchema = (schema: z.ZodType) => {
  const { $schema: _, ...told } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return told;
};

/** The OpenAPI document of all routes of ours. */
export function openApi(metricsPath: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method = "", pattern = ""] = route.split(" ");
    const path = (operation.id === "metrics" ? metricsPath : pattern).replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [method.toLowerCase()]: told(operation, refusalsOf(method, pattern)) };
  }
  return {
    openapi: "3.2.0",
    info: {
      title: "flame-agent",
      version: VERSION,
      description:
        "The agent's own routes. Those of Mastra that are served stand below /api, as Mastra documents them.",
    },
    security: [{}, { bearer: [] }],
    paths,
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
  };
}

function told({ id, summary, path, query, headers, body, answers }: Operation, refusals: Operation["answers"]) {
  const parameters = [
    ...parametersOf("path", path),
    ...parametersOf("query", query),
    ...parametersOf("header", headers),
  ];
  const responses = Object.entries({ ...refusals, ...answers }).map(([status, answer]) => [status, response(answer)]);
  return {
    operationId: id,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: body.required, content: { "application/json": { schema: jsonSchema(body.schema) } } },
    }),
    responses: Object.fromEntries(responses),
  };
}

function parametersOf(place: "path" | "query" | "header", schema: z.ZodObject | undefined) {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema);
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: one,
  }));
}

function response(answer: Answer) {
  const description = answer.says;
  if ("json" in answer)
    return {
      description,
      ...(answer.headers && { headers: headersOf(answer.headers) }),
      content: { "application/json": { schema: jsonSchema(answer.json) } },
      ...(answer.links && { links: linksOf(answer.links) }),
    };
  if ("text" in answer) return { description, content: { [answer.text]: { schema: { type: "string" } } } };
  if ("stream" in answer)
    return {
      description: `${description}. A comment line goes out in silence.`,
      content: { "text/event-stream": { itemSchema: STREAMED[answer.stream] } },
    };
  return { description };
}

/** Text that holds JSON. */
const jsonText = (schema: object) => ({ type: "string", contentMediaType: "application/json", contentSchema: schema });
/** Given back as `Last-Event-ID`, to go on behind the event; one that could not be stored has none. */
const EVENT_ID = { type: "string", pattern: "^[0-9]+$" };

const STREAMED = {
  turn: {
    oneOf: TurnEvent.options.map(({ shape: { event, data } }) => ({
      type: "object",
      required: ["event", "data"],
      properties: { id: EVENT_ID, event: jsonSchema(event), data: jsonText(jsonSchema(data)) },
    })),
  },
  "ui-message": {
    type: "object",
    description: "A piece of AI SDK's UI message stream, protocol v1; the last one is [DONE]",
    required: ["data"],
    properties: { id: { type: "string", pattern: PIECE_ID.source }, data: { type: "string" } },
  },
};

function headersOf(headers: z.ZodObject) {
  const { properties = {}, required = [] } = jsonSchema(headers);
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, { required: required.includes(name), schema }]),
  );
}

function linksOf(links: Readonly<Record<string, { readonly operation: string; readonly id: string }>>) {
  return Object.fromEntries(
    Object.entries(links).map(([name, { operation, id }]) => [name, { operationId: operation, parameters: { id } }]),
  );
}
