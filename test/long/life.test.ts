import { describe } from "vitest";
import { desktopsHere, pulumiOnPath } from "../pulumi/engine.ts";
import { describeLife, LONG } from "../pulumi/life/describe-life.ts";
import { desktopTarget } from "../pulumi/life/desktop.ts";

const pulumi = pulumiOnPath();

describe.each(desktopsHere())("$kind", (engine) => {
  const database = engine.kind === "docker" ? "postgresql" : "embedded";
  describeLife(`a desktop on ${engine.kind} with its ${database} database`, {
    pulumi,
    start: () => desktopTarget(engine, database),
    form: LONG,
  });
});
