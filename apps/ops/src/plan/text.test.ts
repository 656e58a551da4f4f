import { describe, expect, it } from "vitest";
import { FINDINGS, reportFixture } from "../testing/report.ts";
import { renderText } from "./text.ts";

const plain = (_style: string, text: string) => text;

describe("a plan for the terminal", () => {
  it("tells tree, policies, promises and what isn't known", () => {
    expect(renderText(reportFixture(), plain)).toMatchInlineSnapshot(`
      "dev  local-podman on podman (found: Podman of the system)  unix:///run/podman/podman.sock

      + Stack blueprint-dev
        + blueprint:topology:LocalPodman flame-dev
          + docker:Container flame-dev-agent  memory 1024, protected
      1 resource in 1 component, 1.2 s

      policies  blueprint-baseline 0.1.0: 24 passed

      promises
        ✓ turns     180 s, which no deployment ends; a heartbeat every 15 s
            ✓ agent, drain                           185 s ≥  180 s of life     a turn that has just begun may take turns.maxSeconds
            ✓ container engine, stop grace           190 s ≥  185 s of life     a kill before the agent's drain has ended cuts its turns
            ✓ desktop connector, proxy read          185 s ≥   30 s of silence  a silent stream has a heartbeat every 15 s, of which one may come late
            ✓ desktop connector, wait for the stop   195 s ≥  190 s of life     the app must outlive the containers that it stops
        ✓ cpu       sure of 0.25, at most 2 ≤ 3 cores
        ✓ memory    sure of 512MiB, at most 1GiB ≤ 4GiB
        ✓ cost      none beyond the machine
        ? unknown   changes against what runs: there is no state to hold the plan against: every resource is shown as new
        ? unknown   load of this machine: resources.host declares 4 cores and 8GiB, nothing is measured; blueprint doctor measures
        ? unknown   whether the engine answers: its socket is there, nothing was asked; blueprint doctor asks
        ? unknown   whether the image is there: localhost/flame-agent:0.1.0 lives in the engine's own store; blueprint doctor looks, npm run image builds it

      the gate is open
      "
    `);
  });

  it("tells what stops it and how to mend that", () => {
    const [, policies] = renderText(reportFixture({ findings: FINDINGS }), plain)
      .split("\n\n")
      .slice(1);
    expect(policies).toMatchInlineSnapshot(`
      "policies  blueprint-baseline 0.1.0: 24 passed, 1 mandatory failed, 1 could not run, 1 advisory
        ✗ docker-container-not-privileged  flame-dev-agent: privileged is true; allowed: false
            remove privileged
        ✗ docker-container-memory-limit  flame-dev-agent: memory is unknown until deployment; allowed: only what can be checked before deployment
            give memory a value that the program knows
        ! docker-stack-data-protected  flame-dev-volume: protect isn't set; allowed: protect: true
            set protect to true"
    `);
  });

  it("says where more is allowed than there is", () => {
    const settings = {
      resources: { host: { allowOversubscription: true }, engine: { memory: "1GiB" } },
      agent: { resources: { limits: { memory: "2GiB" } } },
    };
    expect(renderText(reportFixture({ settings }), plain)).toContain(
      "! memory    sure of 512MiB, at most 2GiB > 1GiB  more than there is: resources.host.allowOversubscription permits it",
    );
  });

  it("counts the model's price as unknown", () => {
    const model = {
      kind: "openai-compatible",
      baseUrl: "https://models.example/v1",
      name: "big",
      apiKey: { secret: "modelApiKey" },
    };
    const text = renderText(reportFixture({ settings: { agent: { model } }, secretNames: ["modelApiKey"] }), plain);
    expect(text).toContain("cost      none beyond the machine and the model's tokens");
    expect(text).toContain("? unknown   cost of the model: models.example sets the price of big");
  });
});
