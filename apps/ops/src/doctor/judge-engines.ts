import type { ImageReference } from "../../../../components/core/index.ts";
import type { AskedPlace } from "./engines.ts";
import { found, type Row, wanting } from "./row.ts";

/** The first engine that answers, and what became of every place that was tried. */
export function judgeEngines(answers: readonly AskedPlace[], wantedApi: string): Row {
  const name = "container engine";
  const tried = answers.map(triedLine);
  const working = firstAnswer(answers);
  if (!working) {
    const silent = answers.find(({ answer }) => answer.kind === "silent");
    const row = silent
      ? wanting(
          "missing",
          name,
          "containers",
          `${silent.socket} doesn't answer`,
          `start it again: systemctl restart ${silent.kind}.socket, or ${silent.kind} machine start`,
        )
      : wanting(
          "missing",
          name,
          "containers",
          "no socket where one is looked for",
          "install Podman and run: systemctl --user enable --now podman.socket",
        );
    return { ...row, tried };
  }
  const { kind, socket, answer } = working;
  const detail = `${kind} ${answer.engineVersion}, interface ${answer.apiVersion}, ${socket}`;
  const row = isOlder(answer.apiVersion, wantedApi)
    ? wanting(
        "degraded",
        name,
        "containers",
        `${detail}; asked for is ${wantedApi}`,
        `update the engine, or set topology.engine.apiVersion to "${answer.apiVersion}"`,
      )
    : found(name, "containers", detail);
  return { ...row, tried };
}

/** The engine that a deployment would use. */
export function firstAnswer(answers: readonly AskedPlace[]) {
  return answers.flatMap(({ answer, ...place }) => (answer.kind === "answered" ? [{ ...place, answer }] : []))[0];
}

/** An image in the engine's store; one of a registry is pulled by the deployment. */
export function judgeImage(image: Pick<ImageReference, "text" | "registry">, present: boolean | undefined): Row {
  const { text, registry } = image;
  const name = "image";
  if (present === undefined)
    return wanting(
      "degraded",
      name,
      "containers",
      `${text}: no engine says whether it is there`,
      "mend the container engine first",
    );
  if (present) return found(name, "containers", text);
  return registry === "localhost"
    ? wanting(
        "missing",
        name,
        "containers",
        `${text} isn't in the engine's store`,
        `npm run image -- --tag ${text} (--engine docker for Docker)`,
      )
    : wanting(
        "degraded",
        name,
        "containers",
        `${text} isn't in the engine's store yet`,
        `nothing, where ${registry} can be reached: the deployment pulls it`,
      );
}

function triedLine({ description, socket, answer }: AskedPlace): string {
  switch (answer.kind) {
    case "absent":
      return `${description}: nothing at ${socket}`;
    case "silent":
      return `${description}: ${socket} doesn't answer (${answer.reason})`;
    case "answered":
      return `${description}: ${socket} answers`;
  }
}

function isOlder(one: string, other: string): boolean {
  const [oneMajor = 0, oneMinor = 0] = one.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
  return oneMajor < otherMajor || (oneMajor === otherMajor && oneMinor < otherMinor);
}
