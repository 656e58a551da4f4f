import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as random from "@pulumi/random";
import { describe, expect, it, vi } from "vitest";
import { gate, runPack } from "../../../policies/runner/index.ts";
import { temporaryPack } from "../../support/policy-packs.ts";
import { preview } from "../../support/preview-program.ts";

const pet = () =>
  preview(() => {
    const first = new random.RandomPet("first", { prefix: "a" });
    new random.RandomPet(
      "second",
      { prefix: first.id },
      { provider: new random.Provider("own"), deleteBeforeReplace: true, customTimeouts: { create: "1m" } },
    );
  });

const RUNNER = fileURLToPath(new URL("../../../policies/runner/index.ts", import.meta.url));

const packOf = (policies: string) => `new policy.PolicyPack("temporary", { policies: [${policies}] });`;

describe("a pack that is broken", () => {
  it.each<{ why: string; source: string; seconds?: number; message: RegExp }>([
    {
      why: "throws when it is loaded",
      source: 'throw new Error("no such rule");',
      message: /ended with code 1 before it had answered: [\s\S]*no such rule/,
    },
    { why: "says nothing and ends", source: "process.exit(0);", message: /ended with code 0 .*it printed nothing/ },
    {
      why: "throws in a policy",
      source: packOf('{ name: "p", description: "d", validateResource: () => { throw new Error("oops"); } }'),
      message: /failed: Error validating resource with policy 'p'[\s\S]*oops/,
    },
    {
      why: "dies in a policy",
      source: packOf('{ name: "p", description: "d", validateResource: () => process.kill(process.pid, "SIGKILL") }'),
      message: /(was ended by SIGKILL before it had answered|failed: )/,
    },
    {
      why: "waits for ever in a policy",
      source: packOf('{ name: "p", description: "d", validateResource: () => new Promise(() => undefined) }'),
      seconds: 6,
      message: /didn't answer in 6 s; look for a policy that waits, or raise timeoutSeconds/,
    },
    { why: "never serves", source: "setInterval(() => undefined, 1000);", seconds: 2, message: /didn't start in 2 s/ },
  ])("fails the gate and leaves no process when it $why", async ({ source, seconds, message }) => {
    await using pack = await temporaryPack(source);
    const report = await runPack({ packFolder: pack.folder, graph: pet(), timeoutSeconds: seconds });
    expect(report).toMatchObject({ pack: pack.folder, passed: 0, counts: { couldNotRun: 1 } });
    expect(report.results[0]?.message).toMatch(message);
    expect(gate([report])).toMatchObject({ ok: false, couldNotRun: [{ level: "mandatory", urn: undefined }] });
    expect(await pack.alive()).toBe(false);
  });

  it("is none at all where the folder isn't one", async () => {
    const report = await runPack({ packFolder: "/nowhere/at/all", graph: pet() });
    expect(report.results[0]?.message).toMatch(/could not run: the policy pack \/nowhere\/at\/all ended with code 1/);
  });
});

describe("a pack of someone else's", () => {
  it("is asked with everything that the engine would say, and can't pass over an unknown", async () => {
    await using pack = await temporaryPack(
      packOf(`
        { name: "looks", description: "d", enforcementLevel: "advisory", validateResource: (args, report) => {
          if (args.name === "second" && args.props.prefix) report("never");
          if (args.name === "first") report(JSON.stringify([args.props, args.opts.protect, args.provider]));
        } },
        { name: "stack", description: "s", enforcementLevel: "mandatory", validateStack: (args, report) => {
          const second = args.resources.find((resource) => resource.name === "second");
          report([second.provider.name, second.parent.name, second.propertyDependencies.prefix[0].name,
            second.opts.deleteBeforeReplace, second.opts.customTimeouts.createSeconds].join(" "));
        } },`),
    );
    const report = await runPack({ packFolder: pack.folder, graph: pet() });
    expect(report).toMatchObject({ pack: "temporary", version: "1.2.3", passed: 0 });
    expect(report.results).toMatchObject([
      { policy: "looks", outcome: "violation", level: "advisory", message: 'd\n[{"prefix":"a"},false,null]' },
      {
        policy: "looks",
        outcome: "could-not-run",
        level: "mandatory",
        message: expect.stringMatching(/can't run policy 'looks'.*prefix/),
      },
      {
        policy: "stack",
        outcome: "violation",
        level: "mandatory",
        urn: undefined,
        message: "s\nown shop-dev first true 60",
      },
    ]);
  });

  it("may remediate: what it changes is looked at, and what it can't is no pass", async () => {
    await using pack = await temporaryPack(
      packOf(`{ name: "mends", description: "d", enforcementLevel: "remediate",
        remediateResource: (args) => args.name === "own" ? undefined
          : args.props.prefix ? { ...args.props, prefix: "mended" } : undefined,
        validateResource: (args, report) => { if (args.name === "first") report(args.props.prefix); },
      }`),
    );
    const report = await runPack({ packFolder: pack.folder, graph: pet() });
    expect(report.results).toMatchObject([
      { policy: "mends", outcome: "remediated", level: "advisory", message: "first: properties changed by the pack" },
      { policy: "mends", outcome: "could-not-run", level: "mandatory" },
      { policy: "mends", outcome: "violation", level: "mandatory", message: "d\nmended" },
    ]);
    expect(report.counts).toMatchObject({ remediated: 1 });
  });

  it("needs the settings that it says it needs", async () => {
    await using pack = await temporaryPack(
      packOf(`{ name: "p", description: "d", configSchema: { properties: { team: { type: "string" }, size: { type: "integer", default: 3 } }, required: ["team"] },
        validateResource: (args, report) => { if (args.name === "first") report(JSON.stringify(args.getConfig())); } }`),
    );
    await expect(runPack({ packFolder: pack.folder, graph: pet() })).rejects.toThrow(/p\.team: missing; give it/);
    const report = await runPack({ packFolder: pack.folder, graph: pet(), configuration: { p: { team: "a" } } });
    expect(report.results).toMatchObject([{ message: 'd\n{"size":3,"team":"a"}' }]);
  });
});

describe("a run that is given up", () => {
  const SILENT = "setInterval(() => undefined, 1000);";

  it("rejects with the signal's reason and leaves no process", async () => {
    await using pack = await temporaryPack(SILENT);
    const controller = new AbortController();
    const running = runPack({ packFolder: pack.folder, graph: pet(), signal: controller.signal });
    running.catch(() => undefined);
    await vi.waitFor(async () => expect(await pack.alive()).toBe(true), 5000);
    controller.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(await pack.alive()).toBe(false);
  });

  it("lets its own process end at once when it was aborted", async () => {
    await using pack = await temporaryPack(SILENT);
    const script = `import { runPack } from ${JSON.stringify(RUNNER)};
      const controller = new AbortController();
      const graph = new Promise(() => undefined);
      const running = runPack({ packFolder: ${JSON.stringify(pack.folder)}, graph, signal: controller.signal });
      process.stdin.once("data", () => controller.abort(new Error("enough")));
      await running.catch(() => process.stdin.destroy());`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    const ended = once(parent, "exit").then(() => true);
    try {
      await vi.waitFor(async () => expect(await pack.alive()).toBe(true), 8000);
      parent.stdin.write("abort\n");
      await expect(Promise.race([ended, setTimeout(5000, false)])).resolves.toBe(true);
    } finally {
      parent.kill("SIGKILL");
    }
  }, 20_000);

  it("doesn't start where the signal has been given before", async () => {
    await using pack = await temporaryPack(SILENT);
    const running = runPack({ packFolder: pack.folder, graph: pet(), signal: AbortSignal.abort(new Error("early")) });
    await expect(running).rejects.toThrow("early");
    expect(await pack.alive()).toBeUndefined();
  });

  it("rejects as the preview does, and leaves no process", async () => {
    await using pack = await temporaryPack(packOf(""));
    const graph = preview(() => Promise.reject(new Error("no preview")));
    await expect(runPack({ packFolder: pack.folder, graph })).rejects.toThrow("no preview");
    expect(await pack.alive()).toBe(false);
  });

  it("leaves no process even where its own is killed", async () => {
    await using pack = await temporaryPack(SILENT);
    const script = `import { runPack } from ${JSON.stringify(RUNNER)};
      await runPack({ packFolder: ${JSON.stringify(pack.folder)}, graph: new Promise(() => undefined) });`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
    await vi.waitFor(async () => expect(await pack.alive()).toBe(true), 8000);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await vi.waitFor(async () => expect(await pack.alive()).toBe(false), 5000);
  }, 20_000);
});
