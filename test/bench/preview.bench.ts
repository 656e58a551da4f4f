import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { findPulumi } from "../../apps/ops/src/deploy/pulumi-engine.ts";

// Previews the same program in-process and by the Pulumi engine, in turns, each as a whole process.
// Without an engine, the baseline is what was recorded of one.

const ROUNDS = 5;
const ROOT = resolve(import.meta.dirname, "../..");

/** A run of `pulumi preview` of the same program, as this bench printed it on a machine of two cores. */
const RECORDED = { engine: "Pulumi 3.260.0", medianSeconds: 7.25 };

const GOAL = 0.1;

/** What both must find in the program, the stack itself counted. */
const RESOURCES = 1_001;

const engine = await findPulumi();
const project = engine.kind === "there" ? await engineProject(engine.engine.program) : undefined;
const alone: number[] = [];
const ours: number[] = [];
const theirs: number[] = [];
try {
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await timed(inProcess));
    if (project !== undefined) theirs.push(await timed(project.preview));
  }
} finally {
  await project?.remove();
}

const baseline = theirs.length > 0 ? median(theirs) : RECORDED.medianSeconds;
const ratio = median(ours) / baseline;
console.log(`preview of ${RESOURCES} resources, ${ROUNDS} rounds, seconds: minimum / median / maximum`);
console.log(`  in-process       ${spread(ours)}   (of which the preview alone ${spread(alone)})`);
if (engine.kind === "there") console.log(`  pulumi preview   ${spread(theirs)}   (${engine.what})`);
else console.log(`  pulumi preview   ${baseline} recorded with ${RECORDED.engine}: ${engine.why}`);
console.log(`  ratio ${ratio.toFixed(3)}, goal at most ${GOAL}: ${ratio <= GOAL ? "reached" : "missed"}`);

/** A process that previews and ends; it prints how long the preview alone took. */
async function inProcess(): Promise<void> {
  const { stdout } = await execa(process.execPath, [join(import.meta.dirname, "preview.run.ts")]);
  const { resources, seconds } = JSON.parse(stdout);
  if (resources !== RESOURCES) throw new Error(`the in-process preview found ${resources} resources`);
  alone.push(seconds);
}

/** The program as a project of the engine's, with an empty backend, outside the tree. */
async function engineProject(program: string) {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-bench-"));
  await cp(join(import.meta.dirname, "thousand.ts"), join(folder, "thousand.ts"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  await writeFile(
    join(folder, "Pulumi.yaml"),
    "name: bench\nmain: thousand.ts\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await mkdir(join(folder, "state"));
  const run = (...parameters: string[]) =>
    execa(program, [...parameters, "--non-interactive"], {
      cwd: folder,
      stdin: "ignore",
      env: {
        PATH: [dirname(process.execPath), dirname(program), process.env.PATH ?? ""].join(delimiter),
        PULUMI_HOME: join(folder, "home"),
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "of this bench only",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
  await run("stack", "init", "dev");
  return {
    preview: async () => {
      const { stdout } = await run("preview", "--stack", "dev");
      if (!stdout.includes(`+ ${RESOURCES} to create`)) throw new Error(`pulumi preview printed\n${stdout}`);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function timed(work: () => PromiseLike<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function spread(values: readonly number[]): string {
  return [Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(2)).join(" / ");
}
