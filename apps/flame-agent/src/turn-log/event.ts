import { z } from "zod";

/** What is told of a turn: its kind and its data, which JSON can hold. */
export interface ToldEvent {
  readonly event: string;
  readonly data: unknown;
}

/** An event as it is kept, before it has its place among the others. */
export interface EncodedEvent {
  readonly event: string;
  /** JSON text. */
  readonly data: string;
}

/** An event as it is kept. */
export interface LoggedEvent extends EncodedEvent {
  /** Counts from 1 within its turn, through all its attempts; clients come back with it. */
  readonly id: number;
}

/** Events in a row as the database keeps them: their kinds and data; the first one's id stands beside. */
export function packed(events: readonly EncodedEvent[]): string {
  return `[${events.map(({ event, data }) => `[${JSON.stringify(event)},${data}]`).join(",")}]`;
}

const Packed = z.array(z.tuple([z.string(), z.unknown()]));

/** Reads back what {@link packed} wrote. */
export function unpacked(firstId: number, text: string): readonly LoggedEvent[] {
  return Packed.parse(JSON.parse(text)).map(([event, data], index) => ({
    id: firstId + index,
    event,
    data: JSON.stringify(data),
  }));
}

export function encoded({ event, data }: ToldEvent): EncodedEvent {
  return { event, data: JSON.stringify(data) ?? "null" };
}
