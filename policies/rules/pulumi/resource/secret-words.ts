/** Last words of a name that promise a secret. */
const SECRET_WORDS = new Set([
  ...["password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "credentials"],
  ...["apikey", "privatekey", "secretkey", "accesskey", "signingkey", "encryptionkey"],
]);
/** Two words that together promise a secret. */
const SECRET_PAIRS = /^(api|private|secret|access|signing|encryption|master)key$/;
/** Last words that say "about the secret", not the secret: where it lies, how long it lasts, how many. */
const ABOUT = new Set([
  ...["file", "path", "dir", "name", "id", "ref", "arn", "uri", "url", "endpoint", "header", "issuer", "audience"],
  ...["ttl", "seconds", "minutes", "days", "age", "expiry", "length", "limit", "max", "min", "count", "size", "budget"],
  ...["version", "type", "kind", "policy", "enabled", "names", "mode", "format", "algorithm", "provider"],
]);

/** Whether a name (`DB_PASSWORD`, `apiKey`) promises a secret value. */
export function promisesSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== "");
  if (ABOUT.has(words.at(-1) ?? "")) return false;
  return words.some((word, index) => SECRET_WORDS.has(word) || SECRET_PAIRS.test(`${word}${words[index + 1] ?? ""}`));
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  "an AWS access key": /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  "a GitHub token": /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/,
  "a GitLab token": /\bglpat-[A-Za-z0-9_-]{20,}/,
  "a model provider's key": /\bsk-[A-Za-z0-9_-]{20,}/,
  "a Google key": /\bAIza[0-9A-Za-z_-]{35}/,
  "a Slack token": /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/,
  "an npm token": /\bnpm_[A-Za-z0-9]{36}/,
  "a private key": /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  "a JSON web token": /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/,
  "an address with a password": /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:[^\s/@]+@/i,
};

/** What kind of well-known secret a text holds; `undefined` where none. */
export function secretFormat(text: string): string | undefined {
  return Object.keys(FORMATS).find((name) => FORMATS[name]?.test(text));
}
