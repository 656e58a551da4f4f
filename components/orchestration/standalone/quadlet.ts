import { type CronExpression, formatCpu, formatSeconds, toSystemdCalendar } from "../../core/index.ts";
import type { ContainerPlan, MountPlan, NetworkPlan, VolumePlan } from "../container.plan.ts";
import type { Logging, RestartPolicy } from "../container.settings.ts";
import { podmanSecretName } from "./docker-container.ts";
import type { QuadletKeys } from "./quadlet-keys.ts";

/** A file below systemd's folder for Quadlet units. */
export interface QuadletUnit {
  readonly fileName: string;
  readonly content: string;
}

/** What a container's unit depends on beside its plan. */
export interface QuadletContext {
  readonly environment: string;
  readonly network: string;
  /** Containers' names by their keys. */
  readonly names: Readonly<Record<string, string>>;
  /** Whether the unit starts with the user's session. */
  readonly autoStart: boolean;
  /** Time in which the container must have started. */
  readonly startTimeoutSeconds: number;
}

type Line<Section extends keyof QuadletKeys> = readonly [key: QuadletKeys[Section], value: string | number];

/** A section with lines that its unit may have. */
type Section = {
  [Name in keyof QuadletKeys]: { readonly name: Name; readonly lines: readonly Line<Name>[] };
}[keyof QuadletKeys];

/** Time that systemd gives Podman on top of the container's own grace, so that Podman ends it and not systemd. */
const SYSTEMD_MARGIN_SECONDS = 10;

/** A container as a Quadlet unit (podman-systemd.unit(5), Podman 4.4 or later). */
export function quadletContainer(plan: ContainerPlan, context: QuadletContext): QuadletUnit {
  const before = plan.dependsOn.map((key) => `${context.names[key]}.service`);
  return unit(`${plan.name}.container`, [
    {
      name: "Unit",
      lines: [
        ["Description", `${plan.key} of the flame environment ${context.environment}`],
        ...before.flatMap((service): Line<"Unit">[] => [
          ["Requires", service],
          ["After", service],
        ]),
        ...(plan.restart.kind === "on-failure" ? [["StartLimitBurst", plan.restart.maxRetries] as const] : []),
      ],
    },
    {
      name: "Container",
      lines: [
        ["ContainerName", plan.name],
        ["HostName", plan.name],
        ["Image", plan.image.text],
        ...(plan.command.length > 0 ? [["Exec", plan.command.map(quoted).join(" ")] as const] : []),
        ...userLines(plan.user),
        ["ReadOnly", "true"],
        ["RunInit", "true"],
        ["DropCapability", "all"],
        ["NoNewPrivileges", "true"],
        ["Network", `${context.network}.network`],
        ...plan.dnsServers.map((server): Line<"Container"> => ["DNS", server]),
        ...plan.ports.map(
          (port): Line<"Container"> => [
            "PublishPort",
            `${port.address}:${port.hostPort}:${port.containerPort}/${port.protocol}`,
          ],
        ),
        ...plan.mounts.map(mountLine),
        ...Object.entries(plan.environment).map(
          ([name, value]): Line<"Container"> => ["Environment", quoted(`${name}=${value}`)],
        ),
        ...Object.entries(plan.secrets).map(
          ([name, source]): Line<"Container"> => [
            "Secret",
            `${podmanSecretName(context.environment, source)},type=env,target=${name}`,
          ],
        ),
        ["HealthCmd", JSON.stringify(plan.healthCheck.command)],
        ["HealthInterval", formatSeconds(plan.healthCheck.intervalSeconds)],
        ["HealthTimeout", formatSeconds(plan.healthCheck.timeoutSeconds)],
        ["HealthStartPeriod", formatSeconds(plan.healthCheck.startPeriodSeconds)],
        ["HealthRetries", plan.healthCheck.retries],
        ["LogDriver", { file: "k8s-file", journald: "journald", none: "none" }[plan.logging.kind]],
        ...Object.entries(plan.labels).map(([name, value]): Line<"Container"> => ["Label", quoted(`${name}=${value}`)]),
        ...(plan.updateAutomatically ? [["AutoUpdate", "registry"] as const] : []),
        ["PodmanArgs", podmanArguments(plan).map(quoted).join(" ")],
      ],
    },
    {
      name: "Service",
      lines: [
        ["Restart", restartOf(plan.restart)],
        ["RestartSec", 1],
        ["TimeoutStartSec", context.startTimeoutSeconds],
        ["TimeoutStopSec", plan.stopGraceSeconds + SYSTEMD_MARGIN_SECONDS],
      ],
    },
    ...(context.autoStart ? [{ name: "Install", lines: [["WantedBy", "default.target"]] } as const] : []),
  ]);
}

/** A network as a Quadlet unit. */
export function quadletNetwork(plan: NetworkPlan): QuadletUnit {
  return unit(`${plan.name}.network`, [
    {
      name: "Network",
      lines: [
        ["NetworkName", plan.name],
        ["Driver", plan.driver],
        ["Subnet", plan.subnet],
        ["Gateway", plan.gateway],
        ...(plan.addressRange === undefined ? [] : [["IPRange", plan.addressRange] as const]),
        ...Object.entries(plan.options).map(([name, value]): Line<"Network"> => ["Options", `${name}=${value}`]),
        ...Object.entries(plan.labels).map(([name, value]): Line<"Network"> => ["Label", quoted(`${name}=${value}`)]),
      ],
    },
  ]);
}

/** A volume as a Quadlet unit. */
export function quadletVolume(plan: VolumePlan): QuadletUnit {
  return unit(`${plan.name}.volume`, [
    {
      name: "Volume",
      lines: [
        ["VolumeName", plan.name],
        ...(plan.driver === "local" ? [] : [["Driver", plan.driver] as const]),
        ...volumeOptions(plan.driverOptions),
        ...Object.entries(plan.labels).map(([name, value]): Line<"Volume"> => ["Label", quoted(`${name}=${value}`)]),
      ],
    },
  ]);
}

/** When Podman's auto-update looks for new images: a drop-in of its timer. */
export function quadletUpdateTimer(schedule: CronExpression): QuadletUnit {
  return unit("podman-auto-update.timer.d/flame.conf", [
    {
      name: "Timer",
      lines: [
        ["OnCalendar", ""],
        ["OnCalendar", toSystemdCalendar(schedule)],
      ],
    },
  ]);
}

/** Options of the local driver, which mounts a file system, have keys of their own; another driver's are passed as they are. */
function volumeOptions({ type, device, o, ...others }: Readonly<Record<string, string>>): Line<"Volume">[] {
  return [
    ...(type === undefined ? [] : [["Type", type] as const]),
    ...(device === undefined ? [] : [["Device", device] as const]),
    ...(o === undefined ? [] : [["Options", o] as const]),
    ...Object.entries(others).map(([key, value]): Line<"Volume"> => ["PodmanArgs", quoted(`--opt=${key}=${value}`)]),
  ];
}

function unit(fileName: string, sections: readonly Section[]): QuadletUnit {
  const text = sections.map(({ name, lines }) =>
    [`[${name}]`, ...lines.map(([key, value]) => `${key}=${escaped(value)}`)].join("\n"),
  );
  return { fileName, content: `${text.join("\n\n")}\n` };
}

/** Limits and grace have keys of their own only in later versions of Quadlet: these arguments are read by all. */
function podmanArguments(plan: ContainerPlan): string[] {
  const { limits } = plan;
  return [
    ...(plan.entrypoint.length > 0 ? [`--entrypoint=${JSON.stringify(plan.entrypoint)}`] : []),
    `--memory=${limits.memoryMiB}m`,
    `--memory-reservation=${limits.memoryReservationMiB}m`,
    `--memory-swap=${limits.memoryAndSwapMiB}m`,
    `--cpu-shares=${limits.cpuShares}`,
    `--cpus=${formatCpu(limits.cpu)}`,
    ...(limits.cpuSet === undefined ? [] : [`--cpuset-cpus=${limits.cpuSet}`]),
    `--stop-timeout=${plan.stopGraceSeconds}`,
    `--network-alias=${plan.networkAlias}`,
    ...logArguments(plan.logging),
  ];
}

function logArguments(logging: Logging): string[] {
  switch (logging.kind) {
    case "file":
      return [`--log-opt=max-size=${logging.maxSize}`];
    case "journald":
      return logging.tag === undefined ? [] : [`--log-opt=tag=${logging.tag}`];
    case "none":
      return [];
  }
}

function mountLine(mount: MountPlan): Line<"Container"> {
  switch (mount.kind) {
    case "volume":
      return ["Volume", `${mount.volume}.volume:${mount.containerPath}`];
    case "folder":
      return ["Volume", `${mount.hostPath}:${mount.containerPath}:${mount.mode}`];
    case "memory":
      return [
        "Tmpfs",
        `${mount.containerPath}:${[`size=${mount.sizeMiB}m`, ...mount.options, "nosuid", "nodev"].join(",")}`,
      ];
  }
}

function userLines(user: string): Line<"Container">[] {
  const [id = user, group] = user.split(":");
  return group === undefined
    ? [["User", id]]
    : [
        ["User", id],
        ["Group", group],
      ];
}

/** systemd has no "unless stopped": a unit that was stopped stays stopped, whatever `Restart` says. */
function restartOf(restart: RestartPolicy): string {
  switch (restart.kind) {
    case "never":
      return "no";
    case "on-failure":
      return "on-failure";
    case "always":
    case "unless-stopped":
      return "always";
  }
}

/** systemd reads % as the begin of a specifier, and $ as that of a variable in the command that Quadlet makes. */
function escaped(value: string | number): string {
  return `${value}`.replaceAll("%", "%%").replaceAll("$", () => "$$");
}

function quoted(text: string): string {
  return /^[A-Za-z0-9_./:@=+,-]+$/.test(text) ? text : `"${text.replace(/["\\\p{Cc}]/gu, inQuotes)}"`;
}

/** A character as systemd's quoted strings write it; a line break would end the entry. */
function inQuotes(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
