import type { VariableName } from "./configuration.variables.ts";

/** What each choice needs and what has no effect beside it: a setting is never silently ignored. */
export function combinationProblems(raw: Readonly<Record<string, string | undefined>>): string[] {
  const database = raw.FLAME_DATABASE ?? "embedded";
  const model = raw.FLAME_MODEL ?? "offline";
  const problems: string[] = [];
  const needs = (name: VariableName, because: string, alternative?: VariableName) => {
    if (raw[name] === undefined && (!alternative || raw[alternative] === undefined)) {
      problems.push(`${name}: absent; ${because} needs it; fix: set ${alternative ? `it or ${alternative}` : "it"}`);
    }
  };
  const excludes = (name: VariableName, because: string, choose: string) => {
    if (raw[name] !== undefined)
      problems.push(`${name}: has no effect with ${because}; fix: remove it or set ${choose}`);
  };

  if (database === "embedded") {
    excludes("FLAME_DATABASE_URL", "FLAME_DATABASE=embedded", "FLAME_DATABASE=postgresql");
    excludes("FLAME_DATABASE_PASSWORD", "FLAME_DATABASE=embedded", "FLAME_DATABASE=postgresql");
    excludes("FLAME_DATABASE_PASSWORD_FILE", "FLAME_DATABASE=embedded", "FLAME_DATABASE=postgresql");
    excludes("FLAME_DATABASE_POOL_SIZE", "FLAME_DATABASE=embedded", "FLAME_DATABASE=postgresql");
    excludes("FLAME_DATABASE_STATEMENT_TIMEOUT_SECONDS", "FLAME_DATABASE=embedded", "FLAME_DATABASE=postgresql");
  }
  if (database === "postgresql") {
    excludes("FLAME_DATA_FOLDER", "FLAME_DATABASE=postgresql", "FLAME_DATABASE=embedded");
    needs("FLAME_DATABASE_URL", "FLAME_DATABASE=postgresql");
    needs("FLAME_DATABASE_PASSWORD", "FLAME_DATABASE=postgresql", "FLAME_DATABASE_PASSWORD_FILE");
  }
  if (model === "offline") {
    for (const name of [
      "FLAME_MODEL_BASE_URL",
      "FLAME_MODEL_NAME",
      "FLAME_MODEL_API_KEY",
      "FLAME_MODEL_API_KEY_FILE",
    ] as const) {
      excludes(name, "FLAME_MODEL=offline", "FLAME_MODEL=openai-compatible");
    }
  }
  if (model === "openai-compatible") {
    excludes("FLAME_MODEL_TOKENS_PER_SECOND", "FLAME_MODEL=openai-compatible", "FLAME_MODEL=offline");
    needs("FLAME_MODEL_BASE_URL", "FLAME_MODEL=openai-compatible");
    needs("FLAME_MODEL_NAME", "FLAME_MODEL=openai-compatible");
  }
  const embeddingServer = ["FLAME_EMBEDDING_BASE_URL", "FLAME_EMBEDDING_NAME", "FLAME_EMBEDDING_DIMENSIONS"] as const;
  if ((raw.FLAME_EMBEDDING ?? "offline") === "offline") {
    for (const name of [...embeddingServer, "FLAME_EMBEDDING_API_KEY", "FLAME_EMBEDDING_API_KEY_FILE"] as const)
      excludes(name, "FLAME_EMBEDDING=offline", "FLAME_EMBEDDING=openai-compatible");
  }
  if (raw.FLAME_EMBEDDING === "openai-compatible")
    for (const name of embeddingServer) needs(name, "FLAME_EMBEDDING=openai-compatible");
  for (const name of ["FLAME_JWT_ISSUER", "FLAME_JWT_AUDIENCE"] as const) {
    if (raw.FLAME_JWT_JWKS_URL !== undefined) needs(name, "FLAME_JWT_JWKS_URL");
    else excludes(name, "no FLAME_JWT_JWKS_URL", "that too");
  }
  if (raw.FLAME_JWT_JWKS_URL === undefined)
    for (const claim of ["FLAME_JWT_TENANT_CLAIM", "FLAME_JWT_USER_CLAIM"] as const)
      excludes(claim, "no FLAME_JWT_JWKS_URL", "that too");
  if (raw.FLAME_OTLP_ENDPOINT === undefined) {
    for (const name of ["FLAME_OTLP_TOKEN", "FLAME_OTLP_TOKEN_FILE", "FLAME_TRACE_PERCENT"] as const)
      excludes(name, "no FLAME_OTLP_ENDPOINT", "that too");
  }
  if (raw.FLAME_FETCH_HOSTS === undefined) {
    for (const name of ["FLAME_FETCH_MAX_KIB", "FLAME_FETCH_SECONDS", "FLAME_FETCH_TYPES"] as const)
      excludes(name, "no FLAME_FETCH_HOSTS", "that too");
  }
  if (raw.FLAME_MODEL_FALLBACKS === undefined) {
    for (const name of ["FLAME_MODEL_FALLBACK_API_KEYS", "FLAME_MODEL_FALLBACK_API_KEYS_FILE"] as const)
      excludes(name, "no FLAME_MODEL_FALLBACKS", "that too");
  }
  if (raw.FLAME_MODEL_RETRIES === "0") {
    excludes("FLAME_MODEL_RETRY_SECONDS", "FLAME_MODEL_RETRIES=0", "retries above 0");
  }
  if (raw.FLAME_RATE_LIMIT_PER_MINUTE === "0") {
    excludes("FLAME_RATE_LIMIT_BURST", "FLAME_RATE_LIMIT_PER_MINUTE=0", "a limit above 0");
  }
  return problems;
}
