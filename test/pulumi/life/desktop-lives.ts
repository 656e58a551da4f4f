import { describe } from "vitest";
import { desktopsHere, pulumiOnPath } from "../engine.ts";
import { describeLife, type LifeForm } from "./describe-life.ts";
import { desktopTarget } from "./desktop.ts";

/** A suite for each container engine of this machine; between them they have both databases. */
export function describeDesktopLives(form: LifeForm): void {
  const pulumi = pulumiOnPath();
  describe.each(desktopsHere())("$kind", (engine) => {
    const database = engine.kind === "docker" ? "postgresql" : "embedded";
    describeLife(`a desktop on ${engine.kind} with its ${database} database`, {
      pulumi,
      start: () => desktopTarget(engine, database),
      form,
    });
  });
}
