import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A unit's entries, in order; a key may stand several times. */
type Entries = readonly (readonly [key: string, value: string])[];

/**
 * The `podman` commands that Quadlet's generator writes for rendered units (podman-systemd.unit(5)), for machines
 * without systemd: network, volumes, then the container, whose `Restart=` becomes Podman's own policy.
 */
export async function quadletCommands(
  folder: string,
  units: readonly string[],
  below = "quadlet",
): Promise<string[][]> {
  return Promise.all(
    units.map(async (unit) => {
      const sections = parseUnit(await readFile(join(folder, below, unit), "utf8"));
      switch (unit.slice(unit.lastIndexOf("."))) {
        case ".network":
          return networkCommand(sections.Network ?? []);
        case ".volume":
          return volumeCommand(sections.Volume ?? []);
        default:
          return containerCommand(sections.Container ?? [], sections.Service ?? []);
      }
    }),
  );
}

function networkCommand(entries: Entries): string[] {
  const flags = {
    Driver: "--driver",
    Subnet: "--subnet",
    Gateway: "--gateway",
    IPRange: "--ip-range",
    Options: "--opt",
    Label: "--label",
  };
  return ["network", "create", ...flagsOf(entries, flags, ["NetworkName"]), only(entries, "NetworkName")];
}

function volumeCommand(entries: Entries): string[] {
  return ["volume", "create", ...flagsOf(entries, { Label: "--label" }, ["VolumeName"]), only(entries, "VolumeName")];
}

function containerCommand(entries: Entries, service: Entries): string[] {
  const flags = {
    ContainerName: "--name",
    HostName: "--hostname",
    DropCapability: "--cap-drop",
    DNS: "--dns",
    Environment: "--env",
    HealthCmd: "--health-cmd",
    HealthInterval: "--health-interval",
    HealthTimeout: "--health-timeout",
    HealthStartPeriod: "--health-start-period",
    HealthRetries: "--health-retries",
    LogDriver: "--log-driver",
    Label: "--label",
    PublishPort: "--publish",
    Secret: "--secret",
    Tmpfs: "--tmpfs",
  };
  const user = [only(entries, "User"), only(entries, "Group")].join(":");
  return [
    "run",
    "--detach",
    ...flagsOf(entries, flags, [
      "Image",
      "User",
      "Group",
      "ReadOnly",
      "RunInit",
      "NoNewPrivileges",
      "Network",
      "Volume",
      "PodmanArgs",
      "Exec",
    ]),
    `--user=${user}`,
    `--read-only=${only(entries, "ReadOnly")}`,
    ...(only(entries, "RunInit") === "true" ? ["--init"] : []),
    ...(only(entries, "NoNewPrivileges") === "true" ? ["--security-opt=no-new-privileges"] : []),
    `--network=${only(entries, "Network").replace(/\.network$/, "")}`,
    ...all(entries, "Volume").map((volume) => `--volume=${volume.replace(/^([^/:]+)\.volume:/, "$1:")}`),
    ...words(only(entries, "PodmanArgs")),
    `--restart=${only(service, "Restart")}`,
    only(entries, "Image"),
    // systemd writes a dollar twice where it is to be one.
    ...all(entries, "Exec").flatMap((text) => words(text).map((word) => word.replaceAll("$$", () => "$"))),
  ];
}

/** Flags of the known keys; a key that is neither known nor handled is an error, so that nothing is left out unseen. */
function flagsOf(entries: Entries, flags: Readonly<Record<string, string>>, handled: readonly string[]): string[] {
  return entries.flatMap(([key, value]) => {
    const flag = flags[key];
    // A check is a list in JSON, which Podman takes as it stands.
    if (flag !== undefined) return [`${flag}=${flag === "--health-cmd" ? value : unquoted(value)}`];
    if (handled.includes(key)) return [];
    throw new Error(`the unit says ${key}=, which this suite doesn't know`);
  });
}

function only(entries: Entries, key: string): string {
  const values = all(entries, key);
  const [value] = values;
  if (values.length !== 1 || value === undefined) throw new Error(`${key}= stands ${values.length} times, not once`);
  return value;
}

function all(entries: Entries, key: string): string[] {
  return entries.flatMap(([name, value]) => (name === key ? [value] : []));
}

function parseUnit(text: string): Record<string, [string, string][]> {
  const sections: Record<string, [string, string][]> = {};
  let current: [string, string][] = [];
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const heading = /^\[(\w+)\]$/.exec(line)?.[1];
    if (heading !== undefined) {
      current = [];
      sections[heading] = current;
      continue;
    }
    const at = line.indexOf("=");
    current.push([line.slice(0, at), unescaped(line.slice(at + 1))]);
  }
  return sections;
}

/** The words of a line of several (systemd.syntax(7)): in quotes where one holds a space. */
function words(line: string): string[] {
  return [...line.matchAll(/"(?:[^"\\]|\\.)*"|\S+/g)].map(([word]) => unquoted(word));
}

function unescaped(value: string): string {
  return value.replaceAll("%%", "%");
}

function unquoted(value: string): string {
  if (!value.startsWith('"') || !value.endsWith('"')) return value;
  return value
    .slice(1, -1)
    .replaceAll(/\\u([0-9a-f]{4})|\\(.)/g, (_, code: string | undefined, character: string) =>
      code === undefined ? character : String.fromCharCode(Number.parseInt(code, 16)),
    );
}
