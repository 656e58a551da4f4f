import type { Explanation } from "../../../../../stacks/explain.ts";
import { sourceText, valueText } from "../../explanation-text.ts";
import type { PlanReport } from "../report.ts";
import { resourceCounts } from "../words.ts";
import { html, type Markup } from "./markup.ts";

/** The graph as an indented table. */
export function resourceSection(report: PlanReport): Markup {
  return html`<section aria-labelledby="resources">
<h2 id="resources">Resources</h2>
<p class="muted">${resourceCounts(report)}; each stands below what it belongs to.</p>
<table>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Facts</th></tr></thead>
<tbody>${report.tree.map(
    ({ depth, type, name, facts }) =>
      html`<tr><th scope="row"><div class="tree-name" style="--depth:${depth}">${name}</div></th><td class="name"><code>${type}</code></td><td>${facts.join(", ")}</td></tr>`,
  )}</tbody>
</table>
</section>`;
}

/** Every setting in force, by concern; what the environment or a preset says stands out. */
export function settingSection({ settings }: PlanReport): Markup {
  const concerns = Map.groupBy(settings, ({ path }) => path.split(".")[0] ?? path);
  return html`<section aria-labelledby="settings">
<h2 id="settings">Settings</h2>
<p class="muted">Every value in force and where it comes from; what isn't a default stands out.</p>
<table>
<thead><tr><th scope="col">Setting</th><th scope="col">Value</th><th scope="col">Origin</th></tr></thead>
${[...concerns].map(
  ([concern, of]) =>
    html`<tbody class="group"><tr><th colspan="3" scope="rowgroup">${concern}</th></tr>${of.map(settingRow)}</tbody>`,
)}
</table>
</section>`;
}

function settingRow(setting: Explanation): Markup {
  const quiet = setting.origin.kind === "default" ? "quiet" : "said";
  return html`<tr class="${quiet}"><th scope="row"><span class="mono">${setting.path}</span></th><td><code>${valueText(setting.value)}</code></td><td>${sourceText(setting)}</td></tr>`;
}
