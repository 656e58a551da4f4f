import { describe } from "vitest";
import { haveDockerNodes } from "../engines/docker-nodes.ts";
import { pulumiOnPath } from "./engine.ts";
import { describeLife, SHORT } from "./life/describe-life.ts";
import { describeDesktopLives } from "./life/desktop-lives.ts";
import { serverTarget } from "./life/server.ts";

describeDesktopLives(SHORT);

const pulumi = pulumiOnPath();
const haveNodes = pulumi !== undefined && (await haveDockerNodes());

describe.skipIf(!haveNodes).each(["standalone", "swarm"] as const)("%s", (kind) => {
  describeLife(`a server on ${kind}`, { pulumi, start: () => serverTarget(kind), form: SHORT });
});
