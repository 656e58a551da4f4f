import { styleText } from "node:util";

/** Marks a piece of text for the eye; what a terminal can't show stays plain. */
export type Paint = (style: Style, text: string) => string;

type Style = "bold" | "dim" | "green" | "yellow" | "red" | "cyan";

/** Colours where standard output is a terminal that shows them; NO_COLOR and FORCE_COLOR are heeded. */
export const terminalPaint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });
