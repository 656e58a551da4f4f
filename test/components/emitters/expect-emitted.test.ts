import { expect, it } from "vitest";
import { expectEmitted } from "./expect-emitted.ts";

it.each([
  {
    what: "a request in a limit's place",
    is: { memory: "401m" },
    should: { memory: "809m" },
    names: ["memory is 401m, and should be 809m", "resources.limits.memory", "resources.requests.memory"],
  },
  {
    what: "billionths of a core",
    is: { limits: { nanoCpus: 310_000_000 } },
    should: { limits: { nanoCpus: 1_700_000_000 } },
    names: ["limits.nanoCpus", "resources.limits.cpu", "resources.requests.cpu"],
  },
  {
    what: "a line of a text",
    is: "A=1\nHealthInterval=7s\n",
    should: "A=1\nHealthInterval=11s\n",
    names: ["HealthInterval", "healthCheck.intervalSeconds", "healthCheck.timeoutSeconds"],
  },
  {
    what: "what is left out",
    is: {},
    should: { delay: "17s" },
    names: ["is left out", "topology.workload.update.delaySeconds"],
  },
])("names the settings of $what", ({ is, should, names }) => {
  const [first = "", ...others] = names;
  expect(() => expectEmitted(is, should)).toThrow(first);
  for (const name of others) expect(() => expectEmitted(is, should)).toThrow(name);
});

it("takes what it should be", () => {
  expectEmitted({ a: "7s", b: [1] }, { a: expect.stringMatching(/s$/), b: [1] });
});
