import { describe, expect, it } from "vitest";
import { DOCKER, desktopDocument, planOf } from "../../../test/support/environment.ts";
import { UPDATED_DESKTOP, WHOLE_DESKTOP } from "../../../test/support/whole-desktop.ts";
import type { ContainerPlan } from "../../orchestration/index.ts";

const cache = (settings: object = {}) => ({
  image: "registry.example/team/cache:7.4.1",
  healthCheck: { command: ["cache", "ping"] },
  resources: { limits: { cpu: "500m", memory: "512MiB" } },
  ...settings,
});
const containerOf = (document: Parameters<typeof planOf>[0], key: string): ContainerPlan => {
  const found = planOf(document).containers.find((one) => one.key === key);
  if (!found) throw new Error(`the plan has no container ${key}`);
  return found;
};

describe("a desktop's plan", () => {
  it("is the agent alone where nothing else is said", () => {
    const plan = planOf(desktopDocument());
    expect(plan.containers.map(({ name }) => name)).toEqual(["flame-dev-agent"]);
    expect(plan.volumes).toMatchObject([
      {
        name: "flame-dev-data",
        persistent: true,
        labels: { "blueprint.environment": "dev", "blueprint.component": "agent" },
      },
    ]);
    expect(plan.network).toMatchObject({ name: "flame-dev", subnet: "10.89.42.0/24", gateway: "10.89.42.1" });
    expect(plan.updateSchedule).toBeUndefined();
  });

  it("fits on a default desktop with PostgreSQL, without another setting", () => {
    const plan = planOf(desktopDocument({ agent: { database: { kind: "postgresql" } } }));
    expect(plan.containers.map(({ key }) => key)).toEqual(["database", "agent"]);
    expect(plan.volumes.map(({ name }) => name)).toEqual(["flame-dev-data", "flame-dev-postgresql"]);
  });

  it("shares no name with another environment on the same machine", () => {
    const namesOf = (environment: string) => {
      const plan = planOf(desktopDocument({ agent: { database: { kind: "postgresql" } } }), { name: environment });
      return [plan.network, ...plan.volumes, ...plan.containers].map(({ name }) => name);
    };
    expect(new Set([...namesOf("dev"), ...namesOf("trial")]).size).toBe(2 * namesOf("dev").length);
  });

  it("starts what others need first", () => {
    const keys = planOf(WHOLE_DESKTOP).containers.map(({ key }) => key);
    expect(keys.indexOf("database")).toBeLessThan(keys.indexOf("agent"));
    expect(keys.indexOf("agent")).toBeLessThan(keys.indexOf("worker"));
    expect(keys.indexOf("cache")).toBeLessThan(keys.indexOf("worker"));
  });

  it("says when a new image is looked for, and of which container", () => {
    const plan = planOf(UPDATED_DESKTOP);
    expect(plan.updateSchedule?.text).toBe("30 3 * * 0");
    expect(plan.containers.filter(({ updateAutomatically }) => updateAutomatically).map(({ key }) => key)).toEqual([
      "agent",
    ]);
  });

  it.each([
    { why: "where Podman is asked to", topology: {}, options: { isolate: "true" } },
    { why: "not where Podman isn't asked to", topology: { network: { isolated: false } }, options: {} },
    { why: "by Docker without being asked", topology: { engine: DOCKER }, options: {} },
  ])("keeps networks apart $why", ({ topology, options }) => {
    const document = desktopDocument();
    expect(planOf({ ...document, topology: { ...Object(document.topology), ...topology } }).network.options).toEqual(
      options,
    );
  });
});

describe("the agent's mounts", () => {
  const mountsOf = (storage: object, volumes: readonly object[] = []) => {
    const document = desktopDocument({ agent: { volumes } });
    return containerOf({ ...document, topology: { ...Object(document.topology), storage } }, "agent").mounts;
  };
  const SCRATCH = ["/run", "/tmp", "/var/tmp"];

  it.each([
    {
      why: "a volume",
      storage: { kind: "volume", name: "our-data" },
      mount: { kind: "volume", volume: "our-data", containerPath: "/data" },
    },
    {
      why: "a folder",
      storage: { kind: "bind", hostPath: "/srv/data" },
      mount: { kind: "folder", hostPath: "/srv/data", containerPath: "/data", mode: "rw" },
    },
    {
      why: "memory that the agent's user owns",
      storage: { kind: "tmpfs", size: "64MiB" },
      mount: { kind: "memory", containerPath: "/data", sizeMiB: 64, options: ["noexec"], owner: "10001:10001" },
    },
  ])("are its data and room to write: $why", ({ storage, mount }) => {
    const [data, ...rest] = mountsOf(storage);
    expect(data).toEqual(mount);
    expect(rest.map(({ containerPath }) => containerPath)).toEqual(SCRATCH);
  });

  it("leave a path to the user's own folder, so that nothing is mounted twice", () => {
    const paths = mountsOf({ kind: "volume" }, [{ hostPath: "/srv/tmp", containerPath: "/tmp" }]).map(
      ({ containerPath }) => containerPath,
    );
    expect(paths.toSorted()).toEqual(["/data", "/run", "/tmp", "/var/tmp"]);
  });

  it("need no volume where they are a folder", () => {
    const document = desktopDocument();
    const plan = planOf({
      ...document,
      topology: { ...Object(document.topology), storage: { kind: "bind", hostPath: "/srv/data" } },
    });
    expect(plan.volumes).toEqual([]);
  });
});

describe("a container's labels", () => {
  it("tell the policies the turn that the agent's stop must outlast", () => {
    expect(
      containerOf(desktopDocument({ turns: { maxSeconds: 60, drainMarginSeconds: 7 } }), "agent").labels,
    ).toMatchObject({
      "blueprint.turn-max-seconds": "60",
      "blueprint.drain-margin-seconds": "7",
    });
  });

  it.each([
    { why: "a port of the whole network", address: "0.0.0.0", exposure: "lan" },
    { why: "a port of this machine", address: "127.0.0.1", exposure: undefined },
  ])("tell the policies of $why", ({ address, exposure }) => {
    const document = desktopDocument({ containers: { cache: cache({ ports: [{ hostPort: 80, address }] }) } });
    expect(containerOf(document, "cache").labels["blueprint.exposure"]).toBe(exposure);
  });
});

describe("a further container", () => {
  it("is what its settings say, with room to write for its user", () => {
    const document = desktopDocument({
      containers: {
        cache: cache({
          command: ["--port", "1"],
          user: "999:999",
          writablePaths: ["/var/cache", "/tmp"],
          stopGraceSeconds: 20,
        }),
      },
    });
    expect(containerOf(document, "cache")).toMatchObject({
      name: "flame-dev-cache",
      command: ["--port", "1"],
      user: "999:999",
      stopGraceSeconds: 20,
      updateAutomatically: false,
      secrets: {},
      mounts: [
        { containerPath: "/var/cache", owner: "999:999" },
        { containerPath: "/tmp", owner: "999:999" },
        { containerPath: "/run", owner: undefined },
        { containerPath: "/var/tmp", owner: undefined },
      ],
    });
  });

  it("doesn't mind in which order it was written", () => {
    const keys = (names: readonly string[]) =>
      planOf(
        desktopDocument({
          resources: { host: { allowOversubscription: true } },
          containers: Object.fromEntries(names.map((name) => [name, cache()])),
        }),
      ).containers.map(({ key }) => key);
    expect(keys(["b", "a", "c"])).toEqual(keys(["c", "b", "a"]));
  });
});
