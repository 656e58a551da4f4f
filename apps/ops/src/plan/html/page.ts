import { formatMiB } from "../promises.ts";
import type { PlanReport } from "../report.ts";
import { placeWords, runsOnWords } from "../runs-on.ts";
import { counted, policyCounts } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import { topologyFigure } from "./picture.ts";
import { capacitySection, policySection, turnSection, unknownSection } from "./promise-sections.ts";
import { STYLE } from "./style.ts";
import { resourceSection, settingSection } from "./table-sections.ts";

/** A plan as one file without scripts or anything to load. The same plan gives the same page. */
export function renderPage(report: PlanReport): string {
  const { environment, topology } = report;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plan of ${environment}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
${headerOf(report)}
${figures(report)}
<section aria-labelledby="topology">
<h2 id="topology">Topology</h2>
<p class="muted">${topology}: ${report.planned.kind === "local-podman" ? "one desktop" : "own hosts"} and what reaches what.</p>
${topologyFigure(report.planned)}
</section>
${policySection(report)}
${turnSection(report)}
${capacitySection(report)}
${unknownSection(report)}
${resourceSection(report)}
${settingSection(report)}
<footer>Written by <code>blueprint plan ${environment} --html</code>. Nothing was changed anywhere.</footer>
</main>
</body>
</html>
`;
  return page.markup;
}

function headerOf({ environment, ok, runsOn }: PlanReport): Markup {
  const badge = ok ? html`<span class="badge good">gate open</span>` : html`<span class="badge bad">gate closed</span>`;
  return html`<header>
<p class="over">Plan of an environment</p>
<div class="headline"><h1>${environment}</h1>${badge}</div>
<p class="engine">Planned for ${runsOnWords(runsOn)} at <code>${placeWords(runsOn)}</code></p>
</header>`;
}

function figures(report: PlanReport): Markup {
  const { policies, promises, summary } = report;
  const memory = promises.capacity.find(({ resource }) => resource === "memory");
  const kept = promises.turns.links.filter((link) => link.kept).length;
  const cards = [
    {
      name: "Resources",
      value: `${summary.resources}`,
      note: `in ${counted(summary.components, "component")}, ${summary.protected} protected`,
    },
    {
      name: "Policies passed",
      value: `${policies.passed}`,
      note: policyCounts(policies).split(", ").slice(1).join(", ") || "nothing found",
    },
    {
      name: "Longest turn",
      value: `${promises.turns.maxSeconds} s`,
      note: `${kept} of ${counted(promises.turns.links.length, "timeout")} keep it`,
    },
    {
      name: "Memory at most",
      value: formatMiB(memory?.limited ?? 0),
      note: `of ${formatMiB(memory?.available ?? 0)} for all containers`,
    },
  ];
  return html`<dl class="figures">${cards.map(
    ({ name, value, note }) =>
      html`<div><dt>${name}</dt><dd><div class="value">${value}</div><div class="note">${note}</div></dd></div>`,
  )}</dl>`;
}
