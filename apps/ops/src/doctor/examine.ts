import { ConfigurationError } from "../../../../components/core/index.ts";
import { ResourceSettings } from "../../../../components/resources/index.ts";
import { LocalPodmanTopology } from "../../../../components/topology/index.ts";
import { parseEnvironment } from "../../../../stacks/config.ts";
import { readEnvironmentFile } from "../../../../stacks/environment-file.ts";
import { planDesktop } from "../../../../stacks/local-podman.ts";
import { hasImage } from "../deploy/engine-client.ts";
import { askEngines } from "./engines.ts";
import { judgeCores, judgeDisk, judgeMemory, judgeNode, judgePort, judgeStateFolder } from "./judge.ts";
import { firstAnswer, judgeEngines, judgeImage } from "./judge-engines.ts";
import { lookAtStateFolder, measureMachine, tryPort } from "./machine.ts";
import { lookForPulumi } from "./pulumi.ts";
import { found, type Row, wanting } from "./row.ts";

/** Where states and their passphrases are kept, relative to the project. */
const STATE_FOLDER = ".blueprint";

/** Looks at everything that an environment needs of this machine; nothing is changed. */
export async function examine(environment: string): Promise<Row[]> {
  const read = await readForExamination(environment);
  const { resources, engine, images, ports } = read;
  const [machine, stateFolder, answers, pulumi, portFacts] = await Promise.all([
    measureMachine(),
    lookAtStateFolder(STATE_FOLDER),
    askEngines(engine),
    lookForPulumi(),
    Promise.all(ports.map(({ address, hostPort }) => tryPort(address, hostPort))),
  ]);
  const working = firstAnswer(answers);
  const present = await Promise.all(
    images.map(async (image) => judgeImage(image, working && (await hasImage(working, image.text)))),
  );
  return [
    read.row,
    judgeNode(machine.nodeVersion),
    judgeCores(machine.cores, resources),
    judgeMemory(machine, resources),
    judgeDisk(machine.freeDiskBytes, resources),
    judgeStateFolder(stateFolder),
    ...portFacts.map(judgePort),
    judgeEngines(answers, engine.apiVersion),
    ...present,
    pulumi,
  ];
}

/** What is asked of the machine: by the environment, or by the defaults where that is refused. */
async function readForExamination(environment: string) {
  const name = `environment ${environment}`;
  try {
    const file = await readEnvironmentFile(environment);
    const parsed = parseEnvironment(environment, file.document);
    const { topology, resources } = parsed.settings;
    const containers = planDesktop(parsed)?.plan.containers ?? [];
    return {
      row: found(name, "process", `${file.path}: ${topology.kind}`),
      resources,
      engine: topology.kind === "local-podman" ? topology.engine : standardEngine(),
      images: [...new Map(containers.map(({ image }) => [image.text, image])).values()],
      ports: containers.flatMap((container) => container.ports.filter(({ protocol }) => protocol === "tcp")),
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [first] = error.problems;
    const detail = `refused: ${first?.path} ${first?.given === undefined ? "is missing" : `is ${first.given}`}`;
    return {
      row: wanting(
        "missing",
        name,
        "process",
        detail,
        `run blueprint plan ${environment}, which tells every problem; the rows below are for the defaults`,
      ),
      resources: ResourceSettings.parse({}),
      engine: standardEngine(),
      images: [],
      ports: [],
    };
  }
}

function standardEngine(): LocalPodmanTopology["engine"] {
  return LocalPodmanTopology.parse({ kind: "local-podman" }).engine;
}
