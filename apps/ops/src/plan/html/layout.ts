import type { Box, ContainerBox, Wiring } from "./wiring.ts";

/** A box with its place; lengths in the picture's units, y downwards. */
export interface Placed extends Box {
  readonly kind: "app" | "port" | "container" | "store";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line from box to box, with an arrow at its end. */
export interface Line {
  /** `traffic` carries turns and data; `waits` is a container that another one starts after. */
  readonly kind: "traffic" | "waits";
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly network: {
    readonly label: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  readonly boxes: readonly Placed[];
  readonly lines: readonly Line[];
}

const MARGIN = 8;
const WIDTHS = { app: 182, port: 168, container: 270, store: 216 } as const;
/** Room between columns, where lines run. */
const COLUMN_GAP = 48;
const ROW_GAP = 28;
const STACK_GAP = 12;
/** How far a container stands right of one that waits for it. */
const INDENT = 44;
const FRAME = { side: 22, top: 44, bottom: 22 } as const;
/** A box's height: what stands round its lines, and each of them. */
const BOX = { padding: 12, title: 20, line: 17 } as const;
/** Distance between two lines that run beside the containers. */
const LANE = 12;
/** Where such a line arrives, from the bottom of the box: below the lines of its ports. */
const ARRIVAL = 12;
/** How far right of its left edge a container's own line down to those it waits for begins. */
const STEM = 20;

/**
 * Lays the picture out in four columns: app, ports, containers, stores. Every container has a row of its own, so no line
 * crosses a box; one that waits for another stands above it and further left.
 */
export function layOut(wiring: Wiring): Layout {
  const rows = inRows(wiring.containers);
  const depth = Math.max(0, ...rows.map(({ level }) => level));
  const portX = MARGIN + WIDTHS.app + COLUMN_GAP;
  const frameX = portX + WIDTHS.port + COLUMN_GAP;
  const containerX = frameX + FRAME.side;
  const frameWidth = 2 * FRAME.side + depth * INDENT + WIDTHS.container + LANE * lanesOf(rows);
  const storeX = frameX + frameWidth + COLUMN_GAP;

  let top = MARGIN + FRAME.top;
  const placedRows = rows.map(({ container, level }) => {
    const height = Math.max(heightOf(container), stackHeight(container.ports), stackHeight(container.stores));
    const middle = top + height / 2;
    top += height + ROW_GAP;
    const x = containerX + level * INDENT;
    return {
      container: {
        ...place(container, "container", x, middle - heightOf(container) / 2),
        dependsOn: container.dependsOn,
      },
      ports: stacked(container.ports, "port", portX, middle),
      stores: stacked(container.stores, "store", storeX, middle),
    };
  });

  const frameHeight = top - ROW_GAP + FRAME.bottom - MARGIN;
  const appPort = placedRows.flatMap(({ ports }) => ports).find(({ id }) => id === wiring.appPort);
  const appMiddle = appPort ? middleOf(appPort) : MARGIN + frameHeight / 2;
  const app = place(wiring.app, "app", MARGIN, Math.max(MARGIN, appMiddle - heightOf(wiring.app) / 2));
  return {
    width: storeX + WIDTHS.store + MARGIN,
    height: frameHeight + 2 * MARGIN,
    network: { label: wiring.network, x: frameX, y: MARGIN, width: frameWidth, height: frameHeight },
    boxes: [app, ...placedRows.flatMap(({ container, ports, stores }) => [container, ...ports, ...stores])],
    lines: [
      ...(appPort ? [across(app, appPort)] : []),
      ...placedRows.flatMap(({ container, ports, stores }) => [
        ...ports.map((port) => across(port, container)),
        ...stores.map((store) => across(container, store)),
      ]),
      ...waitingLines(placedRows.map(({ container }) => container)),
    ],
  };
}

/** A container in its row, with how deep it stands. */
interface Row {
  readonly container: ContainerBox;
  readonly level: number;
}

/** Containers (in start order) as rows: each below the first that waits for it, the agent's branch first. */
function inRows(containers: readonly ContainerBox[]): Row[] {
  const byId = new Map(containers.map((container) => [container.id, container]));
  const levels = new Map<string, number>();
  for (const { id, dependsOn } of containers.toReversed()) {
    const level = levels.get(id) ?? 0;
    levels.set(id, level);
    for (const inner of dependsOn) levels.set(inner, Math.max(levels.get(inner) ?? 0, level + 1));
  }

  const rows = new Map<string, Row>();
  const visit = (container: ContainerBox) => {
    if (rows.has(container.id)) return;
    rows.set(container.id, { container, level: levels.get(container.id) ?? 0 });
    for (const inner of container.dependsOn) {
      const below = byId.get(inner);
      if (below) visit(below);
    }
  };
  const roots = containers.filter(({ id }) => levels.get(id) === 0);
  const agentFirst = roots.toSorted((one, other) => Number(other.id === "agent") - Number(one.id === "agent"));
  for (const root of agentFirst) visit(root);
  return [...rows.values()];
}

/** How many containers wait for one that stands above them: each such line needs a lane. */
function lanesOf(rows: readonly Row[]): number {
  const ids = rows.map(({ container }) => container.id);
  return rows.flatMap(({ container }, index) => container.dependsOn.filter((id) => ids.indexOf(id) < index)).length;
}

/** A line down the left to a container below; one to a container above runs in a lane on the right. */
function waitingLines(containers: readonly (Placed & { readonly dependsOn: readonly string[] })[]): Line[] {
  const rightmost = Math.max(...containers.map(({ x, width }) => x + width));
  const links = containers.flatMap((from) =>
    containers.filter(({ id }) => from.dependsOn.includes(id)).map((to) => ({ from, to })),
  );
  const upward = links.filter(({ from, to }) => to.y < from.y);
  return links.map((link) => {
    const { from, to } = link;
    const lane = upward.indexOf(link);
    const points = lane < 0 ? downTheLeft(from, to) : upTheRight(from, to, rightmost + LANE * (lane + 1));
    return { kind: "waits", from: from.id, to: to.id, points };
  });
}

function downTheLeft(from: Placed, to: Placed): Point[] {
  const x = from.x + STEM;
  const y = to.y + to.height - ARRIVAL;
  return [
    { x, y: from.y + from.height },
    { x, y },
    { x: to.x, y },
  ];
}

function upTheRight(from: Placed, to: Placed, x: number): Point[] {
  const start = from.y + ARRIVAL;
  const y = to.y + to.height - ARRIVAL;
  return [
    { x: from.x + from.width, y: start },
    { x, y: start },
    { x, y },
    { x: to.x + to.width, y },
  ];
}

/** A line from the right of one box to the left of another, with a step where they aren't level. */
function across(from: Placed, to: Placed): Line {
  const start = { x: from.x + from.width, y: middleOf(from) };
  // A box that is taller than its partner is met at the partner's height, so that the line stays straight.
  const level = (one: Placed, other: Placed) => middleOf(one) > other.y && middleOf(one) < other.y + other.height;
  const straight = level(from, to) ? start.y : level(to, from) ? middleOf(to) : undefined;
  if (straight !== undefined) {
    return {
      kind: "traffic",
      from: from.id,
      to: to.id,
      points: [
        { ...start, y: straight },
        { x: to.x, y: straight },
      ],
    };
  }
  // The step stands in the gap between columns, outside the network's frame.
  const x = from.kind === "container" ? to.x - COLUMN_GAP / 2 : start.x + COLUMN_GAP / 2;
  const end = { x: to.x, y: middleOf(to) };
  return { kind: "traffic", from: from.id, to: to.id, points: [start, { x, y: start.y }, { x, y: end.y }, end] };
}

function stacked(boxes: readonly Box[], kind: Placed["kind"], x: number, middle: number): Placed[] {
  let y = middle - stackHeight(boxes) / 2;
  return boxes.map((box) => {
    const placed = place(box, kind, x, y);
    y += placed.height + STACK_GAP;
    return placed;
  });
}

function place(box: Box, kind: Placed["kind"], x: number, y: number): Placed {
  const { id, title, lines } = box;
  return { id, title, lines, kind, x, y, width: WIDTHS[kind], height: heightOf(box) };
}

function heightOf({ lines }: Box): number {
  return 2 * BOX.padding + BOX.title + lines.length * BOX.line;
}

function stackHeight(boxes: readonly Box[]): number {
  return boxes.reduce((sum, box) => sum + heightOf(box) + STACK_GAP, boxes.length > 0 ? -STACK_GAP : 0);
}

function middleOf({ y, height }: Placed): number {
  return y + height / 2;
}
