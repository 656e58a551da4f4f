import { fileURLToPath } from "node:url";
import { parseEnvironment } from "../../../../../stacks/config.ts";
import { planDesktop } from "../../../../../stacks/local-podman.ts";
import { stopOnSignals } from "../embedded/foreground.ts";
import { startEmbedded } from "../embedded/run-embedded.ts";
import { placeOf } from "../place.ts";

// A supervisor as its own process, with the fake agent below it: `node supervise.ts <project> <settings as JSON>`.
const [, , project, settings = "{}"] = process.argv;
const plan = planDesktop(parseEnvironment("test", { values: JSON.parse(settings), secretNames: [] }))?.plan;
if (plan === undefined) throw new Error("the environment is a desktop's");
const tell = (line: string) => void process.stderr.write(`${line}\n`);
const running = await startEmbedded({
  plan,
  place: placeOf("test", project),
  onNotice: tell,
  program: [fileURLToPath(new URL("./fake-agent.ts", import.meta.url))],
});
const ending = stopOnSignals(running, tell);
tell((await running.ready) ? "ready" : "not ready");
tell(`end: ${(await ending).kind}`);
process.exit(0);
