const TENANTS = "acme=token-of-a-tenant-of-this-suite";

/** Values of the secrets that the documents of the settings walk name, legal where an agent reads them. */
export function walkSecrets(): Readonly<Record<string, string>> {
  const names = ["access", "other", "operator", "collector"].map((of) => `${of}Token`);
  const further = ["databasePassword", "otherPassword", "modelApiKey", "otherKey", "fallbackKeys", "otherKeys"];
  const values = [...names, ...further].map((name) => [name, `${name}-of-this-suite-only-0123456789`]);
  return { ...Object.fromEntries(values), tenantTokens: TENANTS, otherTokens: TENANTS };
}
