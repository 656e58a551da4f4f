export { type Authenticate, authentication } from "./authentication.ts";
export { createRateLimit } from "./rate-limit.ts";
export { DEFAULT_TENANT, isTenantName, ownedName, TENANT_NAME_ALLOWED } from "./tenant.ts";
