import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cpu, CpuLimit, formatCpu, milliCpu, toCores } from "./cpu.ts";

describe("processing power", () => {
  it.each([
    { text: "2", thousandths: 2000, why: "whole cores" },
    { text: "0.25", thousandths: 250, why: "a fraction of a core" },
    { text: "1.125", thousandths: 1125, why: "three decimals" },
    { text: "250m", thousandths: 250, why: "thousandths" },
    { text: "0", thousandths: 0, why: "nothing" },
  ])("is read from $text: $why", ({ text, thousandths }) => {
    expect(Cpu.parse(text)).toBe(thousandths);
  });

  it.each([
    { text: "0.0001", why: "four decimals" },
    { text: "1.5m", why: "parts of a thousandth" },
    { text: "-1", why: "a sign" },
    { text: "two", why: "a word" },
    { text: "2 ", why: "a blank" },
    { text: ".5", why: "no digit before the point" },
    { text: "", why: "nothing written" },
  ])("is refused as $text: $why", ({ text }) => {
    expect(Cpu.safeParse(text).error?.issues).toMatchObject([{ message: expect.stringContaining("such as 250m") }]);
  });

  it("is read back from what is printed", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), (thousandths) => {
        const cpu = milliCpu(thousandths);
        expect(Cpu.parse(formatCpu(cpu))).toBe(cpu);
        expect(Cpu.parse(`${thousandths}m`)).toBe(cpu);
        expect(toCores(cpu) * 1000).toBeCloseTo(thousandths, 6);
      }),
    );
  });

  it("is rounded to whole thousandths", () => {
    expect(milliCpu(0.6)).toBe(1);
  });
});

describe("a limit of processing power", () => {
  it.each(["10m", "0.01", "64"])("is accepted as %s", (text) => {
    expect(CpuLimit.safeParse(text).success).toBe(true);
  });

  it.each([
    { text: "0", why: "engines read nothing as unlimited" },
    { text: "9m", why: "the kernel takes no shorter quota" },
  ])("is refused as $text, since $why", ({ text }) => {
    expect(CpuLimit.safeParse(text).error?.issues).toMatchObject([{ params: { allowed: "at least 10m" } }]);
  });
});
