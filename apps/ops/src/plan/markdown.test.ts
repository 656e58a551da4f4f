import { describe, expect, it } from "vitest";
import { FINDINGS, reportFixture } from "../testing/report.ts";
import { renderMarkdown } from "./markdown.ts";

describe("a plan for a pull request", () => {
  it("begins with what stops it, then the summary, the rest folded", () => {
    expect(renderMarkdown(reportFixture({ findings: FINDINGS }))).toMatchInlineSnapshot(`
      "## ❌ Plan of \`dev\`: the gate is closed

      ### What stops it

      - ❌ **docker-container-not-privileged** on \`flame-dev-agent\`: privileged is true; allowed: false
        **Fix:** remove privileged
      - ❌ **docker-container-memory-limit** on \`flame-dev-agent\`: memory is unknown until deployment; allowed: only what can be checked before deployment
        **Fix:** give memory a value that the program knows

      |  | \`dev\` |
      | --- | --- |
      | Topology | local-podman on podman (found: Podman of the system) |
      | Resources | 1 resource in 1 component |
      | Policies | blueprint-baseline 0.1.0: 24 passed, 1 mandatory failed, 1 could not run, 1 advisory |
      | Turns | 180 s: 4 of 4 timeouts keep it |
      | Capacity, cpu | sure of 0.25 cores, at most 2 cores of 3 cores |
      | Capacity, memory | sure of 512MiB, at most 1GiB of 4GiB |
      | Cost | none beyond the machine |

      <details>
      <summary>Policies: 24 passed, 1 mandatory failed, 1 could not run, 1 advisory</summary>

      - ⚠️ **docker-stack-data-protected** on \`flame-dev-volume\`: protect isn't set; allowed: protect: true
        **Fix:** set protect to true

      </details>

      <details>
      <summary>Resources: 1 resource in 1 component</summary>

      \`\`\`diff
      + Stack blueprint-dev
      +   blueprint:topology:LocalPodman flame-dev
      +     docker:Container flame-dev-agent  memory 1024  protected
      \`\`\`

      </details>

      <details>
      <summary>Turns: 180 s, which no deployment ends</summary>

      | Who waits | Timeout | Counts | Has | Needs | Because |
      | --- | --- | --- | --- | --- | --- |
      | ✅ agent | drain | life | 185 s | 180 s | a turn that has just begun may take turns.maxSeconds |
      | ✅ container engine | stop grace | life | 190 s | 185 s | a kill before the agent's drain has ended cuts its turns |
      | ✅ desktop connector | proxy read | silence, which ends every 15 s | 185 s | 30 s | a silent stream has a heartbeat every 15 s, of which one may come late |
      | ✅ desktop connector | wait for the stop | life | 195 s | 190 s | the app must outlive the containers that it stops |

      </details>

      <details>
      <summary>What a plan can't know</summary>

      - **changes against what runs**: there is no state to hold the plan against: every resource is shown as new
      - **load of this machine**: resources.host declares 4 cores and 8GiB, nothing is measured; blueprint doctor measures
      - **whether the engine answers**: its socket is there, nothing was asked; blueprint doctor asks
      - **whether the image is there**: localhost/flame-agent:0.1.0 lives in the engine's own store; blueprint doctor looks, npm run image builds it

      </details>
      "
    `);
  });

  it("is the same text for the same plan, however long it took", () => {
    expect(renderMarkdown({ ...reportFixture(), seconds: 9 })).toBe(renderMarkdown(reportFixture()));
  });

  it("lets no text of a finding become markup", () => {
    const found = "<img src=x> | `code` *bold*";
    const finding = { policy: "p", weight: "failed", resource: undefined, found, mend: undefined } as const;
    expect(renderMarkdown(reportFixture({ findings: [finding] }))).toContain(
      "- ❌ **p**: &lt;img src=x&gt; | \\`code\\` \\*bold\\*",
    );
  });
});
