import { createHash } from "node:crypto";

/** Characters of a digest in base64url: 132 bits, so that no two threads have the same. */
const DIGEST_CHARACTERS = 22;

/**
 * What a message is called where all threads' messages lie together. Clients choose ids (often 1, 2, 3), and they are
 * names within a thread: the key begins with what is the thread's alone, so that no id from outside reaches another's.
 */
export function messageKey(thread: string, id: string): string {
  return prefixOf(thread) + id;
}

/** The id that the message has in its thread. A row of an earlier agent is kept under its id itself. */
export function messageId(thread: string | undefined, key: string): string {
  const prefix = thread === undefined ? undefined : prefixOf(thread);
  return prefix !== undefined && key.startsWith(prefix) ? key.slice(prefix.length) : key;
}

function prefixOf(thread: string): string {
  return `${createHash("sha256").update(thread).digest("base64url").slice(0, DIGEST_CHARACTERS)}:`;
}
