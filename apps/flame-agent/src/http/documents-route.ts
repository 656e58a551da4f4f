import type { Context } from "hono";
import { z } from "zod";
import { MEDIA_TYPES } from "../retrieval/read.ts";
import type { Chat } from "../workflow/index.ts";
import type { AgentEnv } from "./env.ts";
import { Name, PageLimit, storable } from "./fields.ts";

/** Longest document, in characters: some 2,500 passages. A longer one is several. */
const DOCUMENT_CHARACTERS = 2_000_000;

export const DocumentBody = z.strictObject({
  /** The owner's name for it; the same id again replaces it. */
  id: Name,
  /** What a citation calls it. Default: its id. */
  title: Name.optional(),
  /** What it is written in. Default: `text/plain`. */
  mediaType: z.enum(MEDIA_TYPES).default("text/plain"),
  content: storable(DOCUMENT_CHARACTERS),
});

export const ListDocumentsQuery = z.strictObject({ limit: PageLimit, after: Name.optional() });

/** `POST /documents`: learns a document. The same content again is told as unchanged and costs nothing. */
export function learnDocument({ knowledge }: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = DocumentBody.safeParse(await context.req.json().catch(() => undefined));
    if (!request.success)
      return context.json(
        {
          error: `The body is refused; allowed: {"id": "…", "content": "…", "title"?: "…", "mediaType"?: ${MEDIA_TYPES.map((type) => `"${type}"`).join(" | ")}}`,
          problems: z.prettifyError(request.error),
        },
        400,
      );
    const { id, title = id, mediaType, content } = request.data;
    const { signal } = context.req.raw;
    const learnt = await knowledge
      .learn(context.get("tenant"), { id, title, mediaType, content }, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    if (!learnt) return context.json({ error: "The request broke off" }, 400);
    return context.json({ id, ...learnt }, learnt.state === "created" ? 201 : 200);
  };
}

/** `GET /documents`: the tenant's documents by id. */
export function listDocuments({ knowledge }: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = ListDocumentsQuery.safeParse(context.req.query());
    if (!request.success)
      return context.json(
        {
          error: "The query is refused; allowed: ?limit=1…100&after=<id>",
          problems: z.prettifyError(request.error),
        },
        400,
      );
    const { limit, after } = request.data;
    return context.json({ documents: await knowledge.list(context.get("tenant"), limit, after) });
  };
}

/** `GET /documents/:id` */
export function showDocument({ knowledge }: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const id = Name.safeParse(context.req.param("id"));
    const found = id.success ? await knowledge.find(context.get("tenant"), id.data) : undefined;
    return found ? context.json(found) : context.json({ error: "No document of this id" }, 404);
  };
}

/** `DELETE /documents/:id`: forgets a document, its passages, and the answers that were made with it. */
export function forgetDocument({ knowledge }: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const id = Name.safeParse(context.req.param("id"));
    const gone = id.success && (await knowledge.forget(context.get("tenant"), id.data));
    return gone ? context.body(null, 204) : context.json({ error: "No document of this id" }, 404);
  };
}
