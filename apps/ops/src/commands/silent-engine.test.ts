import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { placeOf } from "../deploy/place.ts";
import { stateOf } from "../deploy/testing/state.ts";
import { blueprint, projectFixture } from "../testing/project.ts";

const RUN = {
  way: "pulumi",
  environment: "dev",
  url: "http://127.0.0.1:4111",
  startedAt: "2026-11-27T09:00:00.000Z",
  stopGraceSeconds: 110,
};

/** A project whose environment was brought up on an engine that has ended since: its socket isn't there. */
async function withSilentEngine() {
  const project = await projectFixture();
  const place = placeOf("dev", project);
  const { provider, volume } = stateOf(`unix://${join(project, "engine.sock")}`);
  const stacks = join(place.state, ".pulumi", "stacks", "blueprint");
  const state = join(stacks, "dev.json");
  for (const folder of [stacks, place.folder]) await mkdir(folder, { recursive: true });
  await writeFile(place.record, JSON.stringify(RUN));
  await writeFile(state, JSON.stringify({ version: 3, checkpoint: { latest: { resources: [provider, volume] } } }));
  const files = () => Promise.all([place.record, state].map((path) => readFile(path, "utf8")));
  return { project, files };
}

describe("an environment that runs in containers whose engine doesn't answer", () => {
  it.each(["up", "down", "status", "logs"])(
    "%s says to start the engine, advises no other command, and changes nothing",
    async (command) => {
      const { project, files } = await withSilentEngine();
      const before = await files();
      const { exitCode, stdout, stderr } = await blueprint(project, command, "dev");
      const said = stdout + stderr;
      expect(exitCode, said).not.toBe(0);
      expect(said).toMatch(/engine\.sock (?:isn't there|doesn't answer)/);
      expect(said).toMatch(/start the engine|its containers come back/);
      const advised = [...said.matchAll(/blueprint (\w+) dev/g)].map(([, name]) => name);
      expect(advised.filter((name) => name !== command)).toEqual([]);
      expect(await files()).toEqual(before);
    },
  );
});
