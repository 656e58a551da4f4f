import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Layout, type Line, layOut, type Placed } from "./layout.ts";
import type { Box, ContainerBox, Wiring } from "./wiring.ts";

/** Environments of up to seven containers, in start order: each may wait for any that came before. */
const wirings = fc
  .array(
    fc.record({
      ports: fc.nat({ max: 3 }),
      stores: fc.nat({ max: 4 }),
      waitsFor: fc.array(fc.nat({ max: 6 }), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((containers): Wiring => {
    const agent = containers.length - 1;
    const idOf = (index: number) => (index === agent ? "agent" : `container-${index}`);
    return {
      app: box("app", 3),
      appPort: "agent-port-0",
      network: "network",
      containers: containers.map(({ ports, stores, waitsFor }, index): ContainerBox => {
        const id = idOf(index);
        const dependsOn = [...new Set(waitsFor.filter((other) => other < index))].map(idOf);
        return {
          ...box(id, 4),
          ports: boxes(`${id}-port`, index === agent ? Math.max(1, ports) : ports, 1),
          stores: boxes(`${id}-store`, stores, 2),
          dependsOn,
        };
      }),
    };
  });

describe("the layout of the picture", () => {
  it("keeps every box apart from the others and inside the picture", () => {
    fc.assert(
      fc.property(wirings, (wiring) => {
        const { boxes: placed, width, height } = layOut(wiring);
        for (const [index, one] of placed.entries()) {
          expect(one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height).toBe(true);
          for (const other of placed.slice(index + 1)) expect(overlap(one, other), `${one.id} ${other.id}`).toBe(false);
        }
      }),
    );
  });

  it("lets no line cross a box", () => {
    fc.assert(
      fc.property(wirings, (wiring) => {
        const layout = layOut(wiring);
        for (const line of layout.lines) expect(crossed(line, layout), `${line.from} to ${line.to}`).toEqual([]);
      }),
    );
  });

  it("keeps containers and what they wait for inside the network's frame", () => {
    fc.assert(
      fc.property(wirings, (wiring) => {
        const { boxes: placed, lines, network } = layOut(wiring);
        const inside = [
          ...placed.filter(({ kind }) => kind === "container").flatMap(({ x, width }) => [x, x + width]),
          ...lines.filter(({ kind }) => kind === "waits").flatMap(({ points }) => points.map(({ x }) => x)),
        ];
        for (const x of inside) expect(x > network.x && x < network.x + network.width).toBe(true);
      }),
    );
  });

  it("connects everything that is wired, once", () => {
    fc.assert(
      fc.property(wirings, (wiring) => {
        const wanted = wiring.containers.flatMap(({ ports, stores, dependsOn }) => [...ports, ...stores, ...dependsOn]);
        expect(layOut(wiring).lines).toHaveLength(wanted.length + 1);
      }),
    );
  });
});

function box(id: string, lines: number): Box {
  return { id, title: id, lines: Array.from({ length: lines }, (_, index) => `line ${index}`) };
}

function boxes(id: string, count: number, lines: number): Box[] {
  return Array.from({ length: count }, (_, index) => box(`${id}-${index}`, lines));
}

function overlap(one: Placed, other: Placed): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** Boxes that a line runs through, its own ends included where it enters them. */
function crossed({ points }: Line, { boxes: placed }: Layout): string[] {
  return placed
    .filter(({ x, y, width, height }) =>
      points.slice(1).some((end, index) => {
        const start = points[index] ?? end;
        const [left, right] = [Math.min(start.x, end.x), Math.max(start.x, end.x)];
        const [top, bottom] = [Math.min(start.y, end.y), Math.max(start.y, end.y)];
        return left < x + width && right > x && top < y + height && bottom > y;
      }),
    )
    .map(({ id }) => id);
}
