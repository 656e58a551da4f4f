import type { Context } from "hono";
import { z } from "zod";
import { type Owner, ownedName } from "../tenants/index.ts";
import type { AgentEnv } from "./env.ts";
import { Name } from "./fields.ts";

/** Owner of what nobody is named for. */
const RESOURCE_DEFAULT = "default";

export const OwnerQuery = z.strictObject({
  /** Where given, what is asked for must be this resource's. Default: the token's user, or else anybody's of the tenant. */
  resource: Name.optional(),
});

/** Refuses a query that isn't an {@link OwnerQuery}. */
export function ownerRefused(context: Context): Response {
  return context.json({ error: "The query is refused; allowed: ?resource=…" }, 400);
}

/** Refused: the request names another user than its token does. */
export class OtherUser extends Error {
  constructor() {
    super("The token is another user's; allowed as resource: the token's own user, or none");
    this.name = "OtherUser";
  }
}

/**
 * Whose things the request is about: of its tenant the user that its token names, or, where that speaks for the whole
 * tenant, the one that the request names.
 *
 * @throws OtherUser where both do, and differ.
 */
export function ownerOf(context: Context<AgentEnv>, named?: string): Owner {
  const tenant = context.get("tenant");
  const user = context.get("user");
  if (user === undefined || named === undefined) return { tenant, resource: user ?? named };
  if (ownedName(tenant, named) !== ownedName(tenant, user)) throw new OtherUser();
  return { tenant, resource: user };
}

/** Whose something new is: {@link ownerOf}'s, or nobody's in particular. */
export function resourceOf(context: Context<AgentEnv>, named?: string): string {
  return ownerOf(context, named).resource ?? RESOURCE_DEFAULT;
}
