import type { PolicyFinding } from "../policy-gate.ts";
import { countsWords, formatMiB } from "../promises.ts";
import type { PlanReport } from "../report.ts";
import { policyCounts, stops, WEIGHT_WORDS } from "../words.ts";
import { html, type Markup, NOTHING } from "./markup.ts";

/** What the policies found, the heaviest first. */
export function policySection({ policies, messages }: PlanReport): Markup {
  const table = html`<table>
<thead><tr><th scope="col">Policy</th><th scope="col">Result</th><th scope="col">What was found, and what mends it</th></tr></thead>
<tbody>${policies.findings.map(findingRow)}</tbody>
</table>`;
  return html`<section aria-labelledby="policies">
<h2 id="policies">Policies</h2>
<p class="muted">${policies.pack} ${policies.version}: ${policyCounts(policies)}</p>
${policies.findings.length > 0 ? table : NOTHING}
${messages.length > 0 ? html`<ul class="plain">${messages.map(({ severity, text }) => html`<li><strong>${severity}</strong> ${text}</li>`)}</ul>` : NOTHING}
</section>`;
}

function findingRow({ policy, weight, resource, found, mend }: PolicyFinding): Markup {
  const where = resource === undefined ? NOTHING : html`<code>${resource}</code>: `;
  return html`<tr><th scope="row" class="name"><span class="mono">${policy}</span></th><td><span class="badge ${stops(weight) ? "bad" : "warn"}">${WEIGHT_WORDS[weight]}</span></td><td>${where}${found}${mend === undefined ? NOTHING : html`<span class="mend">Fix: ${mend}</span>`}</td></tr>`;
}

/** Every timeout that a turn passes through, against the shortest that keeps it whole. */
export function turnSection({ promises }: PlanReport): Markup {
  const { turns } = promises;
  const longest = Math.max(1, ...turns.links.flatMap(({ seconds, atLeastSeconds }) => [seconds, atLeastSeconds]));
  const percent = (seconds: number) => `${((100 * seconds) / longest).toFixed(1)}%`;
  return html`<section aria-labelledby="turns">
<h2 id="turns">No deployment ends a turn</h2>
<p class="muted">A turn may take ${turns.maxSeconds} s. Timeouts that count a life wait for the one inside them; those that count a silence wait for two heartbeats.</p>
<table>
<thead><tr><th scope="col">Who waits</th><th scope="col">Timeout</th><th scope="col">Counts</th><th scope="col" class="number">Has</th><th scope="col" class="number">Needs</th><th scope="col"></th><th scope="col">Because</th></tr></thead>
<tbody>${turns.links.map(
    (link) =>
      html`<tr><th scope="row">${link.holder}</th><td>${link.timeout}</td><td>${countsWords(link.counts, turns.heartbeatSeconds)}</td><td class="number">${link.seconds} s</td><td class="number">${link.atLeastSeconds} s</td><td class="measure"><div class="bar" role="img" aria-label="${link.seconds} of at least ${link.atLeastSeconds} seconds"><i style="width:${percent(link.seconds)}"></i><b style="left:${percent(link.atLeastSeconds)}"></b></div></td><td>${link.kept ? NOTHING : html`<span class="badge bad">too short</span> `}${link.because}</td></tr>`,
  )}</tbody>
</table>
<figcaption><span><i class="key"></i>has</span><span><i class="key tick"></i>needs</span></figcaption>
</section>`;
}

/** What all containers claim against what they may use together. */
export function capacitySection({ promises }: PlanReport): Markup {
  return html`<section aria-labelledby="capacity">
<h2 id="capacity">Capacity and cost</h2>
<p class="muted">Of all containers together. Cost: ${promises.cost}.</p>
<table>
<thead><tr><th scope="col">Resource</th><th scope="col" class="number">Sure of</th><th scope="col" class="number">At most</th><th scope="col" class="number">There is</th><th scope="col"></th><th scope="col">Result</th></tr></thead>
<tbody>${promises.capacity.map(({ resource, unit, requested, limited, available, fitsAtLimit }) => {
    const print = (amount: number) => (unit === "MiB" ? formatMiB(amount) : `${amount} ${unit}`);
    const percent = (amount: number) => `${Math.min(100, (100 * amount) / available).toFixed(1)}%`;
    const badge = fitsAtLimit
      ? html`<span class="badge good">fits</span>`
      : html`<span class="badge warn">oversubscribed, as allowed</span>`;
    return html`<tr><th scope="row">${resource}</th><td class="number">${print(requested)}</td><td class="number">${print(limited)}</td><td class="number">${print(available)}</td><td class="measure"><div class="bar" role="img" aria-label="sure of ${print(requested)}, at most ${print(limited)} of ${print(available)}"><i class="soft" style="width:${percent(limited)}"></i><i style="width:${percent(requested)}"></i></div></td><td>${badge}</td></tr>`;
  })}</tbody>
</table>
<figcaption><span><i class="key"></i>sure of</span><span><i class="key soft"></i>at most</span><span><i class="key rest"></i>there is</span></figcaption>
</section>`;
}

/** What nobody can know before the environment runs. */
export function unknownSection({ promises }: PlanReport): Markup {
  return html`<section aria-labelledby="unknown">
<h2 id="unknown">What a plan can't know</h2>
<p class="muted">None of this counts as fine.</p>
<ul class="plain">${promises.unknown.map(({ what, why }) => html`<li><strong>${what}</strong>: ${why}</li>`)}</ul>
</section>`;
}
