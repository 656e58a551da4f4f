import { z } from "zod";
import { refuse } from "../errors/refusal.ts";

/** Processing power in thousandths of a core, parsed from text such as `2` or `250m`. */
export type MilliCpu = number & z.$brand<"MilliCpu">;

const PATTERN = /^(\d+(?:\.\d{1,3})?|\d+m)$/;

/** CPU as text: cores (`2`, `0.5`) or thousandths of a core (`250m`), as Kubernetes writes it. */
export const Cpu = z
  .string()
  .regex(PATTERN, "a number of cores with at most three decimals, such as 0.5, or thousandths of a core, such as 250m")
  .transform(parseCpu);

/** Smallest quota of a period that the kernel takes: 1 ms of 100 ms. Less is no limit at all. */
const SMALLEST_LIMIT = 10;

/** CPU as a limit: engines read nothing as unlimited. */
export const CpuLimit = Cpu.superRefine((cpu, context) => {
  if (cpu >= SMALLEST_LIMIT) return;
  refuse(context, { path: [], allowed: `at least ${SMALLEST_LIMIT}m`, mend: `write ${SMALLEST_LIMIT}m or more` });
});

/** Cores as a decimal number: 250m is 0.25. */
export function toCores(cpu: MilliCpu): number {
  return cpu / 1000;
}

/** A share of cores from thousandths. */
export function milliCpu(thousandths: number): MilliCpu {
  return Branded.parse(Math.round(thousandths));
}

/** CPU for a reader: `2`, `0.25`. */
export function formatCpu(cpu: MilliCpu): string {
  return `${toCores(cpu)}`;
}

function parseCpu(text: string): MilliCpu {
  return milliCpu(text.endsWith("m") ? Number(text.slice(0, -1)) : Number(text) * 1000);
}

const Branded = z.number().nonnegative().brand<"MilliCpu">();
