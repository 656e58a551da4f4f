/** Text that is HTML already; anything else is escaped where it is put in. */
export interface Markup {
  readonly markup: string;
}

type Insertable = string | number | Markup | readonly Markup[];

/** HTML (or SVG) with values put in: texts are escaped, markup is taken as it is. */
export function html(texts: TemplateStringsArray, ...values: readonly Insertable[]): Markup {
  const parts = texts.map((text, index) => `${text}${index < values.length ? inserted(values[index] ?? "") : ""}`);
  return { markup: parts.join("") };
}

/** Nothing, where something is only sometimes there. */
export const NOTHING: Markup = { markup: "" };

function inserted(value: Insertable): string {
  if (typeof value === "object") return "markup" in value ? value.markup : value.map(({ markup }) => markup).join("");
  return `${value}`.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
