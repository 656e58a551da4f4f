export { type Authenticate, authentication } from "./authentication.ts";
export { createRateLimit } from "./rate-limit.ts";
export { DEFAULT_TENANT, ownedName } from "./tenant.ts";
