import { expect, it } from "vitest";
import { chooseWay } from "./choose-way.ts";

const engine = { kind: "there", what: "Podman 4.3.1" } as const;
const pulumi = { kind: "there", what: "Pulumi 3.260.0" } as const;
const noEngine = { kind: "missing", why: "no container engine: /run/podman/podman.sock isn't there" } as const;
const noPulumi = { kind: "missing", why: "no Pulumi engine on PATH" } as const;

it.each([
  { asked: "auto", found: { engine, pulumi }, way: "pulumi", why: /Podman 4\.3\.1 answers, and there is Pulumi/ },
  { asked: "auto", found: { engine: noEngine, pulumi }, way: "embedded", why: /no container engine/ },
  { asked: "auto", found: { engine, pulumi: noPulumi }, way: "embedded", why: /no Pulumi engine/ },
  {
    asked: "auto",
    found: { engine: noEngine, pulumi: noPulumi },
    way: "embedded",
    why: /no container engine.*; no Pulumi engine/,
  },
  { asked: "embedded", found: { engine, pulumi }, way: "embedded", why: /--way embedded/ },
  { asked: "pulumi", found: { engine: noEngine, pulumi }, way: undefined, why: /no container engine/ },
] as const)(
  "$asked with $found.engine.kind engine and $found.pulumi.kind Pulumi: $way",
  ({ asked, found, way, why }) => {
    const choice = chooseWay(asked, found);
    expect(choice.kind === "chosen" ? choice.way : undefined).toBe(way);
    expect(choice.why).toMatch(why);
  },
);
