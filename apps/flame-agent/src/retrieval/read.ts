import type { Section } from "./chunk.ts";

/** What a document may be written in. */
export const MEDIA_TYPES = ["text/plain", "text/markdown", "text/html"] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

const SEPARATOR = " › ";
/** Longest heading, in characters; a longer one is cut. Every passage below it repeats it. */
export const HEADING_CHARACTERS = 200;

/** A document's text as sections with paragraphs. Takes time in proportion to its length, whatever it holds. */
export function sectionsOf(content: string, mediaType: MediaType): Section[] {
  // PostgreSQL's text can't hold the character 0.
  const text = content.replace(/\r\n?/g, "\n").replaceAll("\0", "");
  if (mediaType === "text/html") return htmlSections(text);
  if (mediaType === "text/markdown") return markdownSections(text);
  return textSections(text);
}

/** Gathers paragraphs under the headings that they stand below. */
class Sections {
  readonly #done: Section[] = [];
  readonly #path: string[] = [];
  #paragraphs: string[] = [];

  heading(level: number, title: string): void {
    this.#end();
    this.#path.length = level - 1;
    this.#path[level - 1] = shortened(title);
  }

  paragraph(text: string): void {
    const trimmed = text.trim();
    if (trimmed !== "") this.#paragraphs.push(trimmed);
  }

  all(): Section[] {
    this.#end();
    return this.#done;
  }

  #end(): void {
    if (this.#paragraphs.length > 0)
      this.#done.push({ heading: this.#path.filter(Boolean).join(SEPARATOR), paragraphs: this.#paragraphs });
    this.#paragraphs = [];
  }
}

function shortened(title: string): string {
  return title.length <= HEADING_CHARACTERS ? title : `${title.slice(0, HEADING_CHARACTERS - 1).toWellFormed()}…`;
}

function textSections(text: string): Section[] {
  const sections = new Sections();
  for (const paragraph of text.split(/\n\s*\n/)) sections.paragraph(paragraph);
  return sections.all();
}

/** Sections by headings (`#` or underlined); a fenced block of code stays one paragraph, whatever it holds. */
function markdownSections(text: string): Section[] {
  const sections = new Sections();
  let lines: string[] = [];
  let fence: string | undefined;
  const endParagraph = () => {
    sections.paragraph(lines.join("\n"));
    lines = [];
  };

  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined || mark) {
      lines.push(line);
      if (fence === undefined) fence = mark;
      else if (mark?.startsWith(fence)) fence = undefined;
      continue;
    }
    const heading = /^ {0,3}(#{1,6})(?:\s(.*))?$/.exec(line);
    const underline = lines.length === 1 ? /^ {0,3}(=+|-+)\s*$/.exec(line)?.[1] : undefined;
    if (heading) {
      endParagraph();
      sections.heading(heading[1]?.length ?? 1, withoutClosingMarks(heading[2] ?? ""));
    } else if (underline) {
      sections.heading(underline.startsWith("=") ? 1 : 2, lines.join("").trim());
      lines = [];
    } else if (line.trim() === "") endParagraph();
    else lines.push(line);
  }
  endParagraph();
  return sections.all();
}

/** `## Title ##` is `Title`. */
function withoutClosingMarks(title: string): string {
  const trimmed = title.trim();
  let end = trimmed.length;
  while (end > 0 && trimmed[end - 1] === "#") end -= 1;
  return end === 0 || trimmed[end - 1] === " " ? trimmed.slice(0, end).trim() : trimmed;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  copy: "©",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  rsquo: "’",
  lsquo: "‘",
  ldquo: "“",
  rdquo: "”",
};

/** Marks a heading of a page, with its level behind it: a character of no script. */
const HEADING_MARK = "\ue000";

/**
 * Sections of what a reader of the page sees. The text is all that is wanted, never the markup: nothing of it is shown
 * as HTML again, so a scanner of tags is enough and no parser is needed.
 */
function htmlSections(html: string): Section[] {
  const visible = withoutHidden(html.replaceAll(HEADING_MARK, "").replace(/<!--[\s\S]*?(?:-->|$)/g, " "))
    .replace(/\s+/g, " ")
    .replace(/<h([1-6])\b[^<>]*>/gi, `\n\n${HEADING_MARK}$1`)
    .replace(/<li\b[^<>]*>/gi, "\n- ")
    .replace(/<(?:td|th)\b[^<>]*>/gi, " ")
    .replace(/<br\b[^<>]*>/gi, "\n")
    .replace(/<\/?([a-z][a-z\d]*)\b[^<>]*>/gi, (tag, name: string) => (BLOCKS.has(name.toLowerCase()) ? "\n\n" : tag))
    .replace(/<[/!]?[a-z][^<>]*>/gi, "");
  const sections = new Sections();
  for (const block of visible.split(/\n\s*\n/)) {
    const text = decoded(block)
      .split("\n")
      .map((line) => line.trim())
      .join("\n")
      .trim();
    if (text.startsWith(HEADING_MARK)) sections.heading(Number(text[1]), text.slice(2).trim());
    else sections.paragraph(text);
  }
  return sections.all();
}

/** Elements that show nothing of what stands in them. */
const HIDING = new Set(["script", "style", "head", "noscript", "template", "svg", "iframe"]);

/** A page without what isn't shown; an element that isn't closed goes on to the end. */
function withoutHidden(html: string): string {
  const shown: string[] = [];
  let from = 0;
  let hiding: string | undefined;
  for (const { 0: tag, 1: slash, 2: name = "", index } of html.matchAll(/<(\/?)([a-z]+)\b(?:\s*>)?/gi)) {
    const element = name.toLowerCase();
    if (hiding === undefined && slash === "" && HIDING.has(element)) {
      shown.push(html.slice(from, index));
      hiding = element;
    } else if (element === hiding && slash === "/" && tag.endsWith(">")) {
      hiding = undefined;
      from = index + tag.length;
    }
  }
  if (hiding === undefined) shown.push(html.slice(from));
  return shown.join(" ");
}

/** Elements that stand in a block of their own. */
const BLOCKS = new Set(
  "p div section article main header footer nav aside ul ol table tr blockquote pre figure dl dd dt form hr h1 h2 h3 h4 h5 h6".split(
    " ",
  ),
);

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hexadecimal, name) => {
    if (name) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(String(hexadecimal), 16);
    const isCharacter = code > 0x1f && code <= 0x10_ff_ff && !(code >= 0xd8_00 && code <= 0xdf_ff);
    return isCharacter ? String.fromCodePoint(code) : " ";
  });
}
