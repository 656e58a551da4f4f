import type { Hono } from "hono";
import type { Outbox } from "../tools/outbox.ts";
import type { Chat } from "../workflow/index.ts";
import { tenantsOnly } from "./access.ts";
import { decideApproval, listApprovals, showApproval } from "./approvals-route.ts";
import { followChat, takeChatTurn } from "./chat-route.ts";
import { forgetDocument, learnDocument, listDocuments, showDocument } from "./documents-route.ts";
import type { AgentEnv } from "./env.ts";
import { listOutbox } from "./outbox-route.ts";
import { followTurn, listTurns, resumeTurn, showTurn, takeTurn } from "./turns-route.ts";

/** Adds the routes of turns, approvals, documents and sent messages. */
export function addChatRoutes(app: Hono<AgentEnv>, chat: Chat, outbox: Outbox): void {
  app.post("/turns", takeTurn(chat));
  app.get("/turns", listTurns(chat));
  app.get("/turns/:id", showTurn(chat));
  app.get("/turns/:id/events", followTurn(chat));
  app.post("/turns/:id/resume", resumeTurn(chat));

  app.post("/chat", takeChatTurn(chat));
  app.get("/chat/:id/stream", followChat(chat));

  app.get("/approvals", listApprovals(chat));
  app.get("/approvals/:id", showApproval(chat));
  app.post("/approvals/:id/approve", decideApproval(chat, true));
  app.post("/approvals/:id/reject", decideApproval(chat, false));

  app.post("/documents", learnDocument(chat));
  app.get("/documents", listDocuments(chat));
  app.get("/documents/:id", showDocument(chat));
  app.delete("/documents/:id", forgetDocument(chat));

  app.get("/outbox", tenantsOnly, listOutbox(outbox));
}
