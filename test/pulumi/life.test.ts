import { describe } from "vitest";
import { haveDockerNodes } from "../engines/docker-nodes.ts";
import { desktopsHere, pulumiOnPath } from "./engine.ts";
import { describeLife, SHORT } from "./life/describe-life.ts";
import { desktopTarget } from "./life/desktop.ts";
import { serverTarget } from "./life/server.ts";

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

const haveNodes = pulumi !== undefined && (await haveDockerNodes());

describe.skipIf(!haveNodes).each(["standalone", "swarm"] as const)("%s", (kind) => {
  describeLife(`a server on ${kind}`, { pulumi, start: () => serverTarget(kind), form: SHORT });
});
