export { authentication } from "./authentication.ts";
export type { Authenticate } from "./identity.ts";
export { createRateLimit } from "./rate-limit.ts";
export { DEFAULT_TENANT, type Owner, ownedName, ownedNameOf } from "./tenant.ts";
