export { type Authenticate, authentication, type Identity } from "./authentication.ts";
export { createRateLimit, type RateLimit } from "./rate-limit.ts";
export { DEFAULT_TENANT, isTenantName, ownedName, TENANT_NAME_ALLOWED } from "./tenant.ts";
