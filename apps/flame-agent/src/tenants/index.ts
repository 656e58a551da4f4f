export { DEFAULT_TENANT, isTenantName, ownedName, TENANT_NAME_ALLOWED } from "./tenant.ts";
