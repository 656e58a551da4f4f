import { describe } from "vitest";
import { desktopsHere, pulumiOnPath } from "./engine.ts";
import { describeLife, SHORT } from "./life/describe-life.ts";
import { desktopTarget } from "./life/desktop.ts";

const pulumi = pulumiOnPath();

// Between them they have both databases.
describe.each(desktopsHere())("$kind", (engine) => {
  const database = engine.kind === "docker" ? "postgresql" : "embedded";
  describeLife(`a desktop on ${engine.kind} with its ${database} database`, {
    pulumi,
    start: () => desktopTarget(engine, database),
    form: SHORT,
  });
});
