import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import { versions } from "../../../components/core/index.ts";

/** Waits to be ended, whatever it is told. */
const IDLE = `#!/usr/local/bin/node
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
setInterval(() => undefined, 60_000);
`;
/** A health check that is content. */
const CONTENT = "#!/usr/local/bin/node\n";

/** Names that the settings walk gives images, by what is behind them here; no registry is asked for what an engine has. */
const NAMES = {
  agent: ["registry.example/team/flame-agent:1.2.0", "registry.example/team/flame-agent:1.3.0"],
  idle: [
    "registry.example/team/cache:7.4.1",
    "registry.example/team/worker:1.0.0",
    "registry.example/team/other:1.0.0",
  ],
};

/** Puts the images of the settings walk into an engine's store: the agent's own, and one that idles; further names of others by `more`. */
export async function haveIdleImages(
  client: Docker,
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly idle: string; readonly names: readonly string[] } & AsyncDisposable> {
  const [idle = "", ...others] = NAMES.idle;
  const context = join(folder, "idle-image");
  await mkdir(context);
  for (const [name, text] of Object.entries({ serve: IDLE, cache: CONTENT, worker: CONTENT })) {
    await writeFile(join(context, name), text);
    await chmod(join(context, name), 0o755);
  }
  const lines = [
    `FROM ${versions.images.flameAgent}`,
    "COPY serve /bin/serve",
    "COPY cache worker /usr/local/bin/",
    'ENTRYPOINT ["/bin/serve"]',
  ];
  await writeFile(join(context, "Containerfile"), `${lines.join("\n")}\n`);
  const stream = await client.buildImage(
    { context, src: await readdir(context) },
    { t: idle, dockerfile: "Containerfile" },
  );
  await new Promise<void>((end, fail) => client.modem.followProgress(stream, (error) => (error ? fail(error) : end())));
  const aliases = [
    ...others.map((name) => [name, idle] as const),
    ...NAMES.agent.map((name) => [name, versions.images.flameAgent] as const),
    ...Object.entries(more),
  ];
  for (const [name, image] of aliases) await client.getImage(image).tag(repositoryOf(name));
  const names = [...aliases.map(([alias]) => alias), idle];
  return {
    idle,
    names,
    async [Symbol.asyncDispose]() {
      for (const name of names) await client.getImage(name).remove({ force: false });
    },
  };
}

function repositoryOf(name: string): { readonly repo: string; readonly tag: string } {
  const at = name.lastIndexOf(":");
  return { repo: name.slice(0, at), tag: name.slice(at + 1) };
}
