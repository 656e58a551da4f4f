import type { Hono } from "hono";
import { z } from "zod";
import type { Outbox } from "../tools/outbox.ts";
import type { Chat } from "../workflow/index.ts";
import { decideApproval, listApprovals, showApproval } from "./approvals-route.ts";
import { followChat, takeChatTurn } from "./chat-route.ts";
import { forgetDocument, learnDocument, listDocuments, showDocument } from "./documents-route.ts";
import type { AgentEnv } from "./env.ts";
import { Id, PageLimit } from "./fields.ts";
import { followTurn, resumeTurn, showTurn, takeTurn } from "./turns-route.ts";

const OutboxRequest = z.strictObject({ limit: PageLimit, after: Id.optional() });

/** Adds the routes of turns, approvals, documents and sent messages. */
export function addChatRoutes(app: Hono<AgentEnv>, chat: Chat, outbox: Outbox): void {
  app.post("/turns", takeTurn(chat));
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

  // What approved calls of the tool `send_message` sent, for whatever delivers it.
  app.get("/outbox", async (context) => {
    const request = OutboxRequest.safeParse(context.req.query());
    if (!request.success) return context.json({ error: "The query is refused; allowed: ?limit=1…100&after=<id>" }, 400);
    return context.json({ messages: await outbox.list(context.get("tenant"), request.data) });
  });
}
