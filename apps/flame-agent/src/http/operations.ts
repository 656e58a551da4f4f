import { z } from "zod";
import { APPROVAL_STATES } from "../approvals/approvals.ts";
import { DecisionBody, ListApprovalsQuery } from "./approvals-route.ts";
import { ChatBody } from "./chat-route.ts";
import { DocumentBody, ListDocumentsQuery } from "./documents-route.ts";
import { EventId, Id, Name, PieceId } from "./fields.ts";
import { OutboxQuery } from "./outbox-route.ts";
import { OwnerQuery } from "./owner.ts";
import { EventsQuery, ListTurnsQuery, TurnBody, TurnKeyHeader } from "./turns-route.ts";

/** What an operation answers under one status. */
export type Answer =
  | {
      readonly says: string;
      readonly json: z.ZodType;
      readonly headers?: z.ZodObject;
      readonly links?: Readonly<Record<string, Link>>;
    }
  | { readonly says: string; readonly stream: "turn" | "ui-message" }
  | { readonly says: string; readonly text: string }
  | { readonly says: string };

/** Another operation that goes on from an answer, and where in it the operation's `id` stands. */
interface Link {
  readonly operation: string;
  readonly id: string;
}

/** One route of ours, told by the schemas that its requests are parsed with. */
export interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly required: boolean };
  readonly answers: Readonly<Record<number, Answer>>;
}

const Time = z.iso.datetime();
const Problem = z.looseObject({ error: z.string(), problems: z.string().optional() });

const Turn = z.object({
  id: z.uuid(),
  thread: z.string(),
  resource: z.string(),
  state: z.enum(["running", "waiting", "completed", "failed", "cancelled", "interrupted"]),
  failure: z.string().nullable(),
  attempt: z.int(),
  createdAt: Time,
  updatedAt: Time,
  resumable: z.boolean(),
  approvals: z.array(z.uuid()),
});
const Approval = z.object({
  id: z.uuid(),
  turn: z.uuid(),
  tool: z.string(),
  input: z.unknown(),
  state: z.enum(APPROVAL_STATES),
  reason: z.string().nullable(),
  createdAt: Time,
  expiresAt: Time,
  decidedAt: Time.nullable(),
});
const Document = z.object({
  id: z.string(),
  title: z.string(),
  mediaType: z.string(),
  passages: z.int(),
  searchable: z.boolean(),
  createdAt: Time,
  updatedAt: Time,
});
const Learnt = z.object({
  id: z.string(),
  state: z.enum(["created", "replaced", "unchanged"]),
  passages: z.int(),
});
const SentMessage = z.object({ id: z.uuid(), recipient: z.string(), body: z.string(), createdAt: Time });
const Health = z.looseObject({
  status: z.enum(["healthy", "degraded", "unhealthy"]),
  phase: z.string(),
  version: z.string(),
});
const Readiness = z.looseObject({ status: z.string() });

const ById = z.object({ id: Id });
const ByName = z.object({ id: Name });
const LastEvent = z.object({ "last-event-id": EventId.optional() });
const LastPiece = z.object({ "last-event-id": PieceId.optional() });

const TURN: Answer = { says: "The turn's events as they come", stream: "turn" };
const MESSAGE: Answer = { says: "The message that the turn makes", stream: "ui-message" };
export const problem = (says: string, headers?: z.ZodObject): Answer => ({ says, json: Problem, headers });
const WRONG = problem("The request isn't as it is told here");
const ABSENT = problem("There is none of this id, or it is another tenant's");
const OTHER_OWNER = problem("The thread is another resource's, or busy");
const OTHER_USER = problem("The token is another user's than the one that is named");
const OTHER_REQUEST = problem("The Idempotency-Key stands for another request");
const KEYED_TOLD: Answer = { says: "The turn of the Idempotency-Key has nothing to tell" };
const DECIDED = problem("Somebody has decided already");
const EXPIRED = problem("The time to decide is over");

const ofDocument = (id: string) => ({
  show: { operation: "showDocument", id },
  forget: { operation: "forgetDocument", id },
});
const ofApproval = (id: string, turn: string) => ({
  show: { operation: "showApproval", id },
  approve: { operation: "approve", id },
  reject: { operation: "reject", id },
  turn: { operation: "showTurn", id: turn },
  events: { operation: "followTurn", id: turn },
});
const ofTurn = {
  events: { operation: "followTurn", id: "$response.body#/id" },
  resume: { operation: "resumeTurn", id: "$response.body#/id" },
};

const decision = (id: string, summary: string): Operation => ({
  id,
  summary,
  path: ById,
  query: OwnerQuery,
  body: { schema: DecisionBody, required: false },
  answers: { 200: TURN, 400: WRONG, 403: OTHER_USER, 404: ABSENT, 409: DECIDED, 410: EXPIRED },
});

/** Every route of ours by its method and path; that of the metrics is a setting. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  "POST /turns": {
    id: "takeTurn",
    summary: "One turn of the agent as an event stream",
    headers: z.object({ "idempotency-key": TurnKeyHeader }),
    body: { schema: TurnBody, required: true },
    answers: {
      200: TURN,
      204: KEYED_TOLD,
      400: WRONG,
      403: OTHER_USER,
      409: OTHER_OWNER,
      410: problem("The events of the Idempotency-Key's turn aren't kept any more"),
      422: OTHER_REQUEST,
    },
  },
  "GET /turns": {
    id: "listTurns",
    summary: "The turns of a thread, the latest first",
    query: ListTurnsQuery,
    answers: { 200: { says: "The turns", json: z.object({ turns: z.array(Turn) }) }, 400: WRONG, 403: OTHER_USER },
  },
  "GET /turns/:id": {
    id: "showTurn",
    summary: "What became of a turn, and what can be done about it",
    path: ById,
    query: OwnerQuery,
    answers: { 200: { says: "The turn", json: Turn, links: ofTurn }, 400: WRONG, 403: OTHER_USER, 404: ABSENT },
  },
  "GET /turns/:id/events": {
    id: "followTurn",
    summary: "The events of a turn from any one on, and the rest while it runs",
    path: ById,
    query: EventsQuery,
    headers: LastEvent,
    answers: {
      200: TURN,
      204: { says: "Nothing more comes of it" },
      400: WRONG,
      403: OTHER_USER,
      404: ABSENT,
      410: problem("Its events aren't kept any more"),
    },
  },
  "POST /turns/:id/resume": {
    id: "resumeTurn",
    summary: "Goes on with an interrupted turn, as an event stream",
    path: ById,
    query: OwnerQuery,
    answers: {
      200: TURN,
      400: WRONG,
      403: OTHER_USER,
      404: ABSENT,
      409: problem("The turn can't be resumed, or another one has its thread"),
    },
  },
  "POST /chat": {
    id: "chat",
    summary: "A turn for AI SDK's chat clients, as a UI message stream",
    headers: z.object({ "idempotency-key": TurnKeyHeader }),
    body: { schema: ChatBody, required: true },
    answers: {
      200: MESSAGE,
      204: KEYED_TOLD,
      400: WRONG,
      403: OTHER_USER,
      404: ABSENT,
      409: OTHER_OWNER,
      410: EXPIRED,
      422: OTHER_REQUEST,
    },
  },
  "GET /chat/:id/stream": {
    id: "followChat",
    summary: "The message of a chat's last turn, and the rest of it while it runs",
    path: ByName,
    query: OwnerQuery,
    headers: LastPiece,
    answers: { 200: MESSAGE, 204: { says: "There is none to tell" }, 400: WRONG, 403: OTHER_USER },
  },
  "GET /approvals": {
    id: "listApprovals",
    summary: "Tool calls that need an approval",
    query: ListApprovalsQuery,
    answers: {
      200: {
        says: "The oldest first",
        json: z.object({ approvals: z.array(Approval) }),
        links: ofApproval("$response.body#/approvals/0/id", "$response.body#/approvals/0/turn"),
      },
      400: WRONG,
      403: OTHER_USER,
    },
  },
  "GET /approvals/:id": {
    id: "showApproval",
    summary: "One of them",
    path: ById,
    query: OwnerQuery,
    answers: {
      400: WRONG,
      403: OTHER_USER,
      200: { says: "The call", json: Approval, links: ofApproval("$response.body#/id", "$response.body#/turn") },
      404: ABSENT,
    },
  },
  "POST /approvals/:id/approve": decision("approve", "Approves a tool call; the rest of its turn as an event stream"),
  "POST /approvals/:id/reject": decision("reject", "Rejects a tool call; the rest of its turn as an event stream"),
  "POST /documents": {
    id: "learnDocument",
    summary: "Learns a document",
    body: { schema: DocumentBody, required: true },
    answers: {
      200: { says: "It was there", json: Learnt, links: ofDocument("$response.body#/id") },
      201: { says: "It is new", json: Learnt, links: ofDocument("$response.body#/id") },
      400: WRONG,
    },
  },
  "GET /documents": {
    id: "listDocuments",
    summary: "Documents by their id",
    query: ListDocumentsQuery,
    answers: {
      200: {
        says: "The documents",
        json: z.object({ documents: z.array(Document) }),
        links: ofDocument("$response.body#/documents/0/id"),
      },
      400: WRONG,
    },
  },
  "GET /documents/:id": {
    id: "showDocument",
    summary: "One document, without its content",
    path: ByName,
    answers: { 200: { says: "The document", json: Document, links: ofDocument("$response.body#/id") }, 404: ABSENT },
  },
  "DELETE /documents/:id": {
    id: "forgetDocument",
    summary: "Forgets a document and the answers that were made with it",
    path: ByName,
    answers: { 204: { says: "It is gone" }, 404: ABSENT },
  },
  "GET /outbox": {
    id: "listOutbox",
    summary: "What approved calls of send_message sent",
    query: OutboxQuery,
    answers: {
      200: { says: "The oldest first", json: z.object({ messages: z.array(SentMessage) }) },
      400: WRONG,
      403: problem("The token is a single user's"),
    },
  },
  "GET /health": {
    id: "health",
    summary: "How the agent fares",
    answers: {
      200: { says: "Healthy or degraded", json: Health },
      503: { says: "Only a restart helps", json: Health },
    },
  },
  "GET /ready": {
    id: "ready",
    summary: "Whether the agent takes turns",
    answers: { 200: { says: "It does", json: Readiness }, 503: { says: "It doesn't now", json: Readiness } },
  },
  "GET /metrics": {
    id: "metrics",
    summary: "Prometheus metrics, for who runs the agent",
    answers: { 200: { says: "The metrics", text: "text/plain" } },
  },
  "GET /openapi.json": {
    id: "openapi",
    summary: "This document",
    answers: { 200: { says: "OpenAPI 3.2", json: z.looseObject({ openapi: z.string() }) } },
  },
};
