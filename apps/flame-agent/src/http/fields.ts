import { z } from "zod";

/** Text that a database and a model can take: whole characters, none of them the character 0, and not blank. */
export function storable(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((value) => value.isWellFormed() && !value.includes("\0") && value.trim() !== "", {
      error: "must be text that isn't blank, without the character 0 and without half characters",
    });
}

/** Longest message, in characters: beyond the context of every model in use. */
export const MESSAGE_CHARACTERS = 1_000_000;

/** Name that a client gives to a thing of its own. */
export const Name = storable(200);

/** The ids that this server gives. */
export const Id = z.uuid();

/** Rows of a list: as many as asked for, at most a hundred. */
export const PageLimit = z.coerce.number().int().min(1).max(100).default(50);

/** A place in a stream that tells its events in pieces: behind a whole event, or behind so many of its pieces. */
export interface PiecePlace {
  readonly event: number;
  readonly pieces: number | undefined;
}

/** The id of a piece, as this server gives it: that of its event, with the piece's number unless it is the last one. */
export const PieceId = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,3})?$/, { error: "must be the id of a piece" })
  .transform((id): PiecePlace => {
    const [event, pieces] = id.split(".");
    return { event: Number(event), pieces: pieces === undefined ? undefined : Number(pieces) };
  });

/** The id of an event in a stream, as this server gives it; 0 stands before the first. */
export const EventId = z
  .string()
  .regex(/^\d{1,9}$/, { error: "must be the id of an event" })
  .transform(Number);
