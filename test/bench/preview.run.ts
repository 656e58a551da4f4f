import { enableCompileCache } from "node:module";

// A process of its own, with the compile cache, as the blueprint command is: what is timed includes loading the SDK.
enableCompileCache();
const { previewStack } = await import("../../stacks/preview/index.ts");
const { default: thousand } = await import("./thousand.ts");

const started = performance.now();
const graph = await previewStack({ project: "bench", stack: "dev", program: thousand });
const seconds = (performance.now() - started) / 1000;
process.stdout.write(JSON.stringify({ resources: graph.resources.length, seconds }));
