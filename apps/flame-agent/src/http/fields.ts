import { z } from "zod";

/** Text that a database and a model can take: whole characters, none of them the character 0, and not blank. */
export function storable(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((value) => value.isWellFormed() && !value.includes("\0") && !isBlank(value), {
      error: "must be text that isn't blank, without the character 0 and without half characters",
    });
}

/** Whether nobody sees anything of a text: spaces, marks without a width, fillers of a script. */
export function isBlank(text: string): boolean {
  // Most texts are told by this: what all of Unicode says is dear to compile, and is compiled anew now and then.
  if (/[!-~]/.test(text)) return false;
  return !/[^\s\p{Cc}\p{Cf}\u115F\u1160\u2800\u3164\uFFA0]/u.test(text);
}

/** Longest message that a deployment may allow, in characters: beyond the context of every model in use. */
export const MESSAGE_CHARACTERS = 10_000_000;

/** Name that a client gives to a thing of its own. */
export const Name = storable(200);

/** The ids that this server gives. */
export const Id = z.uuid();

/** Rows of a list: as many as asked for, at most a hundred. */
export const PageLimit = z.coerce.number().int().min(1).max(100).default(50);

/** A place in a stream that tells a turn's events in pieces: behind a whole event, or behind so many of its pieces. */
export interface PiecePlace {
  readonly turn: string;
  readonly event: number;
  readonly pieces: number | undefined;
}

/** A piece's id in two parts: of which turn it is, and its event with the piece's number unless it is the last one. */
export const PIECE_ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{1,9})(?:\.(\d{1,3}))?$/;

/** The id of a piece, as this server gives it. A chat has many turns, so that it says which one it is about. */
export const PieceId = z
  .string()
  .regex(PIECE_ID, { error: "must be the id of a piece" })
  .transform((id): PiecePlace => {
    const [, turn = "", event, pieces] = PIECE_ID.exec(id) ?? [];
    return { turn, event: Number(event), pieces: pieces === undefined ? undefined : Number(pieces) };
  });

/** The id of an event in a stream, as this server gives it; 0 stands before the first. */
export const EventId = z
  .string()
  .regex(/^\d{1,9}$/, { error: "must be the id of an event" })
  .transform(Number);
