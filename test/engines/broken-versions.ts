import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { IMAGES, type ImageEngine } from "./images.ts";

/** Versions of the agent that shouldn't have been released. */
export const BROKEN_IMAGES = {
  /** Serves, but fails its health check. */
  unhealthy: "localhost/flame-agent-unhealthy:0.1.0",
  /** Is healthy, and crashes ten seconds after its start. */
  crashing: "localhost/flame-agent-crashing:0.1.0",
  /** As good as the present one, with another name. */
  next: "localhost/flame-agent-next:0.1.0",
} as const;

const SOURCES = "/app/apps/flame-agent/src";
const FILES: Readonly<Record<keyof typeof BROKEN_IMAGES, Readonly<Record<string, string>>>> = {
  unhealthy: { "health-check.ts": "process.exit(1);\n" },
  crashing: {
    "crash.ts": `setTimeout(() => process.exit(1), 10_000);\nawait import("${SOURCES}/main.ts");\n`,
  },
  next: { "next.ts": "export {};\n" },
};

/** Makes the broken versions of the agent's image in an engine's store. */
export async function haveBrokenImages({ program, socket }: ImageEngine): Promise<void> {
  for (const kind of ["unhealthy", "crashing", "next"] as const) {
    const folder = await mkdtemp(join(tmpdir(), "blueprint-broken-"));
    try {
      for (const [name, content] of Object.entries(FILES[kind])) await writeFile(join(folder, name), content);
      const entry = kind === "crashing" ? [`ENTRYPOINT ["node", "${SOURCES}/crash.ts"]`] : [];
      const lines = [`FROM ${IMAGES.agent}`, `COPY *.ts ${SOURCES}/`, ...entry];
      await writeFile(join(folder, "Containerfile"), `${lines.join("\n")}\n`);
      const address = program === "podman" ? "--url" : "--host";
      const build = ["build", "--file", join(folder, "Containerfile"), "--tag", BROKEN_IMAGES[kind], folder];
      await execa(program, [address, `unix://${socket}`, ...build], { stdin: "ignore" });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
