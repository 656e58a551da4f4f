/** The tenant of every request where nothing says another one. */
export const DEFAULT_TENANT = "default";
