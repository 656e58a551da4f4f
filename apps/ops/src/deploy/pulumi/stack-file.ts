/** The line that Pulumi adds to a stack's file: what it needs beside the passphrase to encrypt and decrypt. */
const SALT_LINE = /^encryptionsalt:[ \t]*(\S+)[ \t]*\r?\n?/m;

/** The salt of a stack's file; `undefined` where there is none. */
export function saltOf(text: string): string | undefined {
  return SALT_LINE.exec(text)?.[1];
}

/** Whether the file holds a secret, which its salt alone can decrypt. */
export function hasSecrets(text: string): boolean {
  return /^\s+(-\s+)?secure:/m.test(text) || /\{\s*secure:/.test(text);
}

/** The file without the salt. */
export function withoutSalt(text: string): string {
  return text.replace(SALT_LINE, "");
}

/** The file as its author wrote it, with the salt as its only change: Pulumi writes the whole file anew. */
export function withSalt(original: string, salt: string): string {
  const text = withoutSalt(original);
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}encryptionsalt: ${salt}\n`;
}
