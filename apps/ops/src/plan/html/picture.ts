import type { EnvironmentPlan } from "../../../../../stacks/plan.ts";
import { type Layout, type Line, layOut, type Placed } from "./layout.ts";
import { html, type Markup, NOTHING } from "./markup.ts";
import { serverWiring } from "./server-wiring.ts";
import { wiringOf } from "./wiring.ts";

/** Width of a character of a box's title and of its lines, in the picture's units: DejaVu Sans, the widest usual font. */
const CHARACTER = { title: 8.6, line: 7.1 } as const;
const TEXT_LEFT = 14;
/** Radius of a line's corners. */
const CORNER = 8;

/** The topology as a drawing that says the same in words, with what its lines mean. */
export function topologyFigure(planned: EnvironmentPlan): Markup {
  const layout = layOut(planned.kind === "local-podman" ? wiringOf(planned.plan) : serverWiring(planned.plan));
  const waits = layout.lines.some(({ kind }) => kind === "waits");
  return html`<figure>
${picture(layout, planned.plan.environment)}
<figcaption><span><i class="stroke"></i>carries turns and data</span>${waits ? html`<span><i class="stroke waits"></i>starts after</span>` : NOTHING}</figcaption>
</figure>`;
}

function picture(layout: Layout, environment: string): Markup {
  const { width, height, network } = layout;
  return html`<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="picture-title picture-description" style="max-width:${width}px">
<title id="picture-title">Topology of ${environment}</title>
<desc id="picture-description">${inWords(layout)}</desc>
<defs>${["traffic", "waits"].map((kind) => html`<marker id="arrow-${kind}" class="arrow ${kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0.5 L7.5 4 L0 7.5 Z"/></marker>`)}</defs>
<rect class="network" x="${network.x}" y="${network.y}" width="${network.width}" height="${network.height}" rx="14"/>
<text class="network-label" x="${network.x + 22}" y="${network.y + 27}">${fitted(network.label, network.width - 44, CHARACTER.line)}</text>
${layout.lines.map(line)}
${layout.boxes.map(box)}
</svg>`;
}

function box({ kind, title, lines, x, y, width, height }: Placed): Markup {
  const room = width - 2 * TEXT_LEFT;
  const texts = lines.map(
    (text, index) =>
      html`<text class="line" x="${x + TEXT_LEFT}" y="${y + 45 + index * 17}">${fitted(text, room, CHARACTER.line)}</text>`,
  );
  return html`<g class="box ${kind}"><title>${[title, ...lines].join("\n")}</title><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/><text class="title" x="${x + TEXT_LEFT}" y="${y + 26}">${fitted(title, room, CHARACTER.title)}</text>${texts}</g>
`;
}

function line({ kind, points }: Line): Markup {
  return html`<path class="link ${kind}" d="${rounded(points)}" marker-end="url(#arrow-${kind})"/>
`;
}

/** A path through points, whose corners are rounded. */
function rounded(points: Line["points"]): string {
  return points
    .map((point, index) => {
      const [before, after] = [points[index - 1], points[index + 1]];
      if (!before) return `M${point.x} ${point.y}`;
      if (!after) return `L${point.x} ${point.y}`;
      const start = towards(point, before);
      const end = towards(point, after);
      return `L${start.x} ${start.y} Q${point.x} ${point.y} ${end.x} ${end.y}`;
    })
    .join(" ");
}

function towards(from: Line["points"][number], to: Line["points"][number]) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(CORNER, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

/** A text cut in its middle to a width: beginning and end tell names apart. */
function fitted(text: string, width: number, character: number): string {
  const most = Math.floor(width / character);
  if (text.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`;
}

function inWords({ boxes, lines, network }: Layout): string {
  const titles = new Map(boxes.map(({ id, title }) => [id, title]));
  const sentences = lines.map(({ kind, from, to }) =>
    kind === "traffic"
      ? `${titles.get(from)} reaches ${titles.get(to)}.`
      : `${titles.get(from)} starts after ${titles.get(to)}.`,
  );
  const inside = boxes.filter(({ kind }) => kind === "container").map(({ title }) => title);
  return `On ${network.label}: ${inside.join(", ")}. ${sentences.join(" ")}`;
}
