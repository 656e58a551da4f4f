import { createServer } from "node:http";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../testing/plan.ts";
import { asItIsTaken, dockerHolding } from "./docker-holding.ts";
import { unsettled } from "./held.ts";

const labels = { "blueprint.environment": "dev" };

/** An engine that answers what a test gives, by the path behind the interface's version; and what it was asked. */
async function fakeEngine(answers: Record<string, unknown>, refusals: Readonly<Record<string, string>> = {}) {
  const socket = join(await temporaryFolder(), "engine.sock");
  const asked: string[] = [];
  const sent: unknown[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => {
      body += part.toString();
    });
    request.on("end", () => {
      if (body !== "") sent.push(JSON.parse(body));
    });
    const { pathname } = new URL(request.url ?? "/", "http://engine");
    const path = pathname.replace(/^\/v[\d.]+/, "");
    asked.push(`${request.method} ${path}`);
    const answer = answers[path];
    const refusal = refusals[path];
    response.writeHead(refusal ? 400 : answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { message: refusal ?? "no such thing" }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { holding: dockerHolding({ kind: "docker", address: `unix://${socket}` }), asked, sent };
}

const ENGINE = {
  "/version": { Version: "4.3.1", ApiVersion: "1.41", Components: [{ Name: "Podman Engine" }] },
  "/containers/json": [
    { Id: "c2", Names: ["/flame-dev-agent"], Labels: labels, State: "exited", Ports: [] },
    {
      Id: "c1",
      Names: ["/flame-dev-database"],
      Labels: labels,
      State: "running",
      Ports: [{ PublicPort: 8080, Type: "tcp" }],
    },
    {
      Id: "t1",
      Names: ["/flame-dev-agent.1.abc"],
      Labels: { ...labels, "com.docker.swarm.service.id": "s1" },
      State: "running",
      Ports: [],
    },
  ],
  "/networks": [
    { Id: "n1", Name: "flame-dev", Labels: labels, Scope: "local" },
    { Id: "n2", Name: "flame-dev-net", Labels: labels, Scope: "swarm" },
  ],
  "/volumes": { Volumes: [{ Name: "flame-dev-data", Labels: labels }] },
};

it("lists what an engine has of an environment, and no task of a Swarm whose service another one has", async () => {
  const { holding } = await fakeEngine({ ...ENGINE, "/info": { Swarm: { ControlAvailable: false } } });
  expect(await holding.ask()).toEqual({ kind: "there", what: "Podman 4.3.1" });
  const held = await holding.list("dev");
  expect(held.map(({ kind, id, atRest, works, ports }) => ({ kind, id, atRest, works, ports }))).toEqual([
    { kind: "container", id: "c2", atRest: true, works: false, ports: [] },
    { kind: "container", id: "c1", atRest: false, works: true, ports: ["8080/tcp"] },
    { kind: "network", id: "n1", atRest: false, works: true, ports: [] },
    { kind: "volume", id: "flame-dev-data", atRest: false, works: true, ports: [] },
  ]);
  expect(held.filter(({ holdsData }) => holdsData).map(({ name }) => name)).toEqual(["flame-dev-data"]);
});

it("lists a Swarm's own objects on a manager, its configs by how they are named", async () => {
  const { holding } = await fakeEngine({
    ...ENGINE,
    "/info": { Swarm: { ControlAvailable: true } },
    "/services": [
      {
        ID: "s1",
        Spec: { Name: "flame-dev-agent", Labels: labels },
        Endpoint: { Ports: [{ PublishedPort: 8080, Protocol: "tcp" }] },
        ServiceStatus: { RunningTasks: 1, DesiredTasks: 2 },
      },
    ],
    "/secrets": [{ ID: "x1", Spec: { Name: "flame-dev-token-0a1b2c3d", Labels: labels } }],
    "/configs": [
      { ID: "f1", Spec: { Name: "flame-dev-0a1b2c3d-4e5f6071" } },
      { ID: "f2", Spec: { Name: "flame-dev-2-0a1b2c3d-4e5f6071" } },
    ],
  });
  const held = await holding.list("dev");
  expect(held.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    "service s1",
    "container c2",
    "container c1",
    "config f1",
    "secret x1",
    "network n1",
    "network n2",
    "volume flame-dev-data",
  ]);
  expect(held[0]).toMatchObject({ state: "1 of 2 tasks run", works: false, ports: ["8080/tcp"] });
});

it.each([
  { update: undefined, works: true, state: "2 of 2 tasks run" },
  { update: { State: "completed" }, works: true, state: "2 of 2 tasks run" },
  { update: { State: "updating" }, works: false, state: "2 of 2 tasks run, an update is under way" },
  {
    update: { State: "rollback_completed" },
    works: false,
    state: "2 of 2 tasks run, its update failed and was taken back",
  },
])("a service whose tasks all run works where its update is over: $state", async ({ update, works, state }) => {
  const { holding } = await fakeEngine({
    ...ENGINE,
    "/info": { Swarm: { ControlAvailable: true } },
    "/secrets": [],
    "/configs": [],
    "/services": [
      { ID: "s1", Spec: { Name: "a" }, ServiceStatus: { RunningTasks: 2, DesiredTasks: 2 }, UpdateStatus: update },
    ],
  });
  expect((await holding.list("dev"))[0]).toMatchObject({ works, state });
});

it("an update that failed before is forgotten where all serves as before it, and one that fails now is not", async () => {
  const looked = async (UpdateStatus: object) => {
    const { holding } = await fakeEngine({
      ...ENGINE,
      "/containers/json": [],
      "/info": { Swarm: { ControlAvailable: true } },
      "/secrets": [],
      "/configs": [],
      "/services": [
        { ID: "s1", Spec: { Name: "a" }, ServiceStatus: { RunningTasks: 2, DesiredTasks: 2 }, UpdateStatus },
      ],
    });
    return (await holding.list("dev")).map((held) => ({ engine: holding, held }));
  };
  const failed = { State: "rollback_completed", StartedAt: "2026-01-01T00:00:00Z" };
  for (const State of ["updating", "rollback_started", "rollback_completed"])
    expect(unsettled(await looked(failed), await looked({ ...failed, State }))).toEqual([]);
  const before = await looked(failed);
  for (const now of [{ StartedAt: "2026-01-01T00:09:00Z" }, { State: "paused" }, { State: "rollback_started" }])
    expect(unsettled(await looked({ ...failed, ...now }), before)).toMatchObject([{ id: "s1" }]);
});

it("stops a container with its own grace before it removes it, and takes one that is gone for removed", async () => {
  const { holding, asked } = await fakeEngine({
    ...ENGINE,
    "/info": {},
    "/containers/c1/json": { Config: { StopTimeout: 70 } },
    "/containers/c1/stop": {},
    "/containers/c1": {},
  });
  const [gone, there] = (await holding.list("dev")).filter(({ kind }) => kind === "container");
  if (!gone || !there) throw new Error("the engine has two containers");
  asked.length = 0;
  const told: string[] = [];
  await holding.remove(gone, (line) => told.push(line));
  await holding.remove(there, (line) => told.push(line));
  expect(asked).toEqual([
    "GET /containers/c2/json",
    "GET /containers/c1/json",
    "POST /containers/c1/stop",
    "DELETE /containers/c1",
  ]);
  expect(told).toEqual(["remove container flame-dev-agent", "remove container flame-dev-database"]);
});

it.each(["config", "secret", "network"])("leaves a %s that a service still uses, and says so", async (kind) => {
  const held = { kind, name: "flame-dev-old", id: "x1", type: "", labels, holdsData: false, state: undefined };
  const { holding } = await fakeEngine(
    {},
    { [`/${kind}s/x1`]: `${kind} 'flame-dev-old' is in use by the following service: flame-dev-proxy` },
  );
  const told: string[] = [];
  await holding.remove({ ...held, atRest: false, works: true, ports: [] }, (line) => told.push(line));
  expect(told.at(-1)).toBe(`leave ${kind} flame-dev-old, which a service still uses`);
});

it("makes what served again on the network that has taken the place of its own", async () => {
  const networks = { "flame-dev": { Aliases: ["flame-dev-database", "c1"] } };
  const answers: Record<string, unknown> = {
    ...ENGINE,
    "/info": {},
    "/containers/c1/json": {
      Config: { Hostname: "x", Image: "database:1" },
      HostConfig: { NetworkMode: "flame-dev", Memory: 5 },
      NetworkSettings: { Networks: networks },
      Image: "sha256:1",
    },
    "/containers/create": { Id: "c9" },
    "/containers/c9/start": {},
  };
  const { holding, sent } = await fakeEngine(answers);
  const database = (await holding.list("dev")).find(({ id }) => id === "c1");
  if (!database) throw new Error("the engine has a database");
  const remembered = await holding.remember(database);
  answers["/networks"] = [{ Id: "n7", Name: "other", Labels: labels, Scope: "local" }];
  delete answers["/containers/c1/json"];
  expect(await remembered?.bringBack(false)).toBe(true);
  expect(sent).toEqual([
    expect.objectContaining({
      HostConfig: { NetworkMode: "other", Memory: 5 },
      NetworkingConfig: { EndpointsConfig: { other: { Aliases: ["flame-dev-database"] } } },
    }),
  ]);
});

it.each([
  { why: "by its name while that names it", named: "sha256:1", made: "database:1" },
  { why: "by itself once its name is another one's", named: "sha256:2", made: "sha256:1" },
  { why: "by itself once its name is nobody's", named: undefined, made: "sha256:1" },
])("makes what served again of the image that it was made of, $why", async ({ named, made }) => {
  const answers: Record<string, unknown> = {
    ...ENGINE,
    "/info": {},
    "/containers/c1/json": {
      Config: { Image: "database:1" },
      HostConfig: {},
      NetworkSettings: { Networks: {} },
      Image: "sha256:1",
    },
    "/containers/create": { Id: "c9" },
    "/containers/c9/start": {},
    ...(named !== undefined && { "/images/database:1/json": { Id: named } }),
  };
  const { holding, sent } = await fakeEngine(answers);
  const database = (await holding.list("dev")).find(({ id }) => id === "c1");
  if (!database) throw new Error("the engine has a database");
  const remembered = await holding.remember(database);
  delete answers["/containers/c1/json"];
  expect(await remembered?.bringBack(false)).toBe(true);
  expect(sent).toEqual([expect.objectContaining({ Image: made })]);
});

it.each([
  {
    why: "one limit of CPU",
    told: { NanoCpus: 2e9, CpuPeriod: 100_000, CpuQuota: 200_000 },
    taken: { NanoCpus: 2e9 },
  },
  {
    why: "limits by the names that it takes",
    told: { Ulimits: [{ Name: "RLIMIT_NOFILE", Soft: 4096, Hard: 4096 }] },
    taken: { Ulimits: [{ Name: "nofile", Soft: 4096, Hard: 4096 }] },
  },
  { why: "what Docker tells as it is", told: { CpuQuota: 1, Memory: 2 }, taken: { CpuQuota: 1, Memory: 2 } },
])("gives an engine $why, where it brings back a container of what it told", ({ told, taken }) => {
  expect(asItIsTaken(told)).toEqual(taken);
});
