import type { Reporter, TestModule } from "vitest/node";
import type {} from "./memory-peak.ts";

/** Tells the peak memory of each worker: `npm run test:memory -w apps/flame-agent`, on Linux. */
export default class MemoryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const peaks = new Map<number, number>();
    for (const { memoryPeak } of modules.map((module) => module.meta()))
      if (memoryPeak) peaks.set(memoryPeak.worker, Math.max(peaks.get(memoryPeak.worker) ?? 0, memoryPeak.mebibytes));
    for (const [worker, mebibytes] of peaks) console.log(`worker ${worker}: ${mebibytes} MiB at most`);
  }
}
