import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { z } from "zod";
import { haveServerImages, IMAGES } from "../../engines/images.ts";
import { valueAt, withValues } from "../../support/document.ts";
import type { Document } from "../../support/environment.ts";
import { DESKTOP_WORLD } from "../../support/walk.values.ts";
import type { DesktopEngine } from "../engine.ts";
import { dockerOthers, heldByDocker } from "./docker-objects.ts";
import { haveIdleImages } from "./idle-images.ts";
import { walkSecrets } from "./secrets.ts";
import type { LifeTarget } from "./target.ts";
import { VALUES_HERE } from "./values-here.ts";

/** Changes that this machine or its engines have no place for. */
const UNTRIED = {
  "agent.logging.kind=journald": "needs journald on the engine's machine",
  "agent.logging.tag": "needs journald on the engine's machine",
  "containers.*.logging.kind=journald": "needs journald on the engine's machine",
  "containers.*.logging.tag": "needs journald on the engine's machine",
} as const;

/** A desktop on a container engine of this machine, with one kind of database of its own. */
export async function desktopTarget(
  { kind, socket }: Pick<DesktopEngine, "kind" | "socket">,
  database: "embedded" | "postgresql",
): Promise<LifeTarget> {
  const environment = `life-${kind}`;
  const client = new Docker({ socketPath: socket });
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "blueprint-life-"));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const places = await foldersFor(folder);
  await haveServerImages({ program: kind, socket });
  const images = undo.use(
    await haveIdleImages(client, folder, { "registry.example/team/postgresql:17.2": IMAGES.postgresql }),
  );
  const { removeOthers, ...others } = dockerOthers(client, environment, images.idle);
  undo.defer(removeOthers);

  const first = kind === "docker" ? 14_520 : 14_500;
  const subnet = (index: number) => `10.89.${(kind === "docker" ? 120 : 130) + index}.0/24`;
  const document: Document = {
    topology: { kind: "local-podman", engine: { kind, socket }, network: { subnet: subnet(0) } },
    // More than there is, so that no bound of the plan is met; what containers get stays below what the machine has.
    resources: { host: { cpu: "32", memory: "64GiB", disk: "512GiB" }, engine: { cpu: "16", memory: "32GiB" } },
    agent: {
      ports: [{ hostPort: first }],
      model: { kind: "offline", tokensPerSecond: 100 },
      resources: { limits: { cpu: "1", memory: "1GiB" } },
      database:
        database === "embedded"
          ? { kind: "embedded" }
          : { kind: "postgresql", image: IMAGES.postgresql, resources: { limits: { cpu: "1", memory: "512MiB" } } },
    },
    containers: {
      cache: {
        image: "registry.example/team/cache:7.4.1",
        healthCheck: { command: ["cache", "ping"] },
        resources: { limits: { cpu: "0.5" } },
      },
      worker: {
        image: "registry.example/team/worker:1.0.0",
        healthCheck: { command: ["worker", "ping"] },
        resources: { limits: { cpu: "0.5" } },
      },
    },
    turns: { maxSeconds: 20 },
  };
  const owned = undo.move();
  return {
    environment,
    document,
    secrets: walkSecrets(),
    world: {
      ...DESKTOP_WORLD,
      base: document,
      lists: {
        ...DESKTOP_WORLD.lists,
        "agent.ports": [{ hostPort: first }, { hostPort: first + 2, containerPort: 4112 }],
        "containers.*.ports": [{ hostPort: first + 4, containerPort: 6379 }],
      },
      values: {
        ...DESKTOP_WORLD.values,
        "topology.engine.apiVersion": { changed: "1.40" },
        "topology.network.subnet": { changed: subnet(1) },
        ...VALUES_HERE,
      },
    },
    untried: UNTRIED,
    variables: {},
    urlOf: (changed) => {
      const [{ address = "127.0.0.1", hostPort } = { hostPort: first }] = Ports.parse(valueAt(changed, "agent.ports"));
      return `http://${address}:${hostPort}`;
    },
    // Settings of the other kind of engine name it beside them: here they are refused.
    asHere: (changed) =>
      withValues(JSON.parse(replaced(JSON.stringify(changed), places)), { "topology.engine.kind": kind }),
    held: () => heldByDocker(client, environment),
    ...others,
    drifts: {
      "removes the agent": async () => {
        await client.getContainer(`flame-${environment}-agent`).remove({ force: true });
      },
      "stops the agent": async () => {
        await client.getContainer(`flame-${environment}-agent`).stop();
      },
    },
    kept: /^volume /,
    earlierByEngine: false,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const Ports = z.array(z.object({ address: z.string().optional(), hostPort: z.int() }));

/** Folders of this machine in place of those that the walk names. */
async function foldersFor(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = ["documents", "other", "cache"];
  for (const name of names) {
    await mkdir(join(folder, name));
    // Containers run as users of their own.
    await chmod(join(folder, name), 0o777);
  }
  return Object.fromEntries(names.map((name) => [`/srv/flame/${name}`, join(folder, name)]));
}

function replaced(text: string, words: Readonly<Record<string, string>>): string {
  return Object.entries(words).reduce((done, [word, other]) => done.replaceAll(word, other), text);
}
