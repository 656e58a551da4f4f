/** The report's whole appearance: light and dark by the reader's preference, and on paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --surface: #ffffff; --sunken: #eef0f3; --text: #18202b; --muted: #586474; --edge: #dadfe6;
  --accent: #2f55c8; --good: #17734a; --good-soft: #e2f3ea; --warn: #8a5a00; --warn-soft: #fbf0d9; --bad: #b3261e; --bad-soft: #fbe6e4;
  --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e131a; --surface: #161d27; --sunken: #1f2833; --text: #e4e9f0; --muted: #98a5b5; --edge: #2b3644;
    --accent: #8eabff; --good: #57c793; --good-soft: #14301f; --warn: #e2b04a; --warn-soft: #33270d; --bad: #ff8a80; --bad-soft: #3a1917;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 36px 32px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 0; }
h2 + p { margin: 2px 0 0; }
p { margin: 0; }
code, .mono { font-family: var(--mono); font-size: 0.87em; overflow-wrap: anywhere; }
.muted { color: var(--muted); }
header .over { color: var(--muted); font-size: 13px; letter-spacing: 0.04em; text-transform: uppercase; margin-bottom: 4px; }
header .headline { display: flex; flex-wrap: wrap; align-items: center; gap: 14px; }
header .engine { margin-top: 8px; color: var(--muted); }
.badge { display: inline-block; padding: 2px 10px; border-radius: 999px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.badge.good { background: var(--good-soft); color: var(--good); }
.badge.warn { background: var(--warn-soft); color: var(--warn); }
.badge.bad { background: var(--bad-soft); color: var(--bad); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 14px; margin: 26px 0 0; }
.figures > div { background: var(--surface); border: 1px solid var(--edge); border-radius: 12px; padding: 14px 18px; }
.figures dt { color: var(--muted); font-size: 13px; }
.figures dd { margin: 0; }
.figures .value { font-size: 22px; font-weight: 650; line-height: 1.35; }
.figures .note { color: var(--muted); font-size: 13px; }
section { overflow-x: auto; background: var(--surface); border: 1px solid var(--edge); border-radius: 12px; padding: 22px 24px 24px; margin-top: 20px; }
section > .muted { font-size: 14px; }
section > table, section > figure, section > ul { margin-top: 16px; }
figure { margin-inline: 0; margin-bottom: 0; overflow-x: auto; }
figcaption { color: var(--muted); font-size: 13px; margin-top: 12px; display: flex; flex-wrap: wrap; gap: 6px 22px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 8px 16px 8px 0; border-top: 1px solid var(--edge); }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-top: 0; padding-top: 0; color: var(--muted); font-size: 13px; font-weight: 500; }
tbody th { font-weight: 550; }
tbody.group th[colspan] { padding-top: 22px; border-top: 0; font-size: 14px; font-weight: 650; }
tbody.group:first-of-type th[colspan] { padding-top: 8px; }
.name { white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.measure { width: 30%; min-width: 160px; vertical-align: middle; }
tr.quiet td, tr.quiet th { color: var(--muted); font-weight: 400; }
.bar { position: relative; height: 10px; border-radius: 5px; background: var(--sunken); }
.bar > i { position: absolute; left: 0; top: 0; bottom: 0; border-radius: 5px; background: var(--accent); }
.bar > i.soft { opacity: 0.38; }
.bar > b { position: absolute; top: -4px; bottom: -4px; width: 2px; margin-left: -1px; background: var(--text); }
.key { display: inline-block; width: 22px; height: 10px; border-radius: 5px; background: var(--accent); margin-right: 7px; }
.key.soft { opacity: 0.38; }
.key.tick { width: 2px; height: 14px; border-radius: 0; background: var(--text); vertical-align: -2px; }
.key.rest { background: var(--sunken); border: 1px solid var(--edge); }
.tree-name { padding-left: calc(var(--depth) * 22px); }
ul.plain { list-style: none; padding: 0; margin-bottom: 0; }
ul.plain li { padding: 8px 0; border-top: 1px solid var(--edge); font-size: 14px; }
ul.plain li:first-child { border-top: 0; padding-top: 0; }
.mend { display: block; color: var(--muted); margin-top: 2px; }
footer { color: var(--muted); font-size: 13px; margin-top: 24px; }

.picture { display: block; width: 100%; min-width: 760px; height: auto; margin: 0 auto; font-size: 12.5px; }
.picture .network { fill: var(--sunken); stroke: var(--edge); stroke-dasharray: 5 4; }
.picture .network-label { fill: var(--muted); font-family: var(--mono); font-size: 11.5px; }
.picture .box rect { fill: var(--surface); stroke: var(--edge); stroke-width: 1.2; }
.picture .box.app rect { stroke: var(--accent); }
.picture .box.container rect { stroke: var(--accent); stroke-width: 1.6; }
.picture .box.store rect { fill: var(--page); }
.picture .title { fill: var(--text); font-size: 14px; font-weight: 600; }
.picture .line { fill: var(--muted); font-size: 12.5px; }
.picture .link { fill: none; stroke: var(--muted); stroke-width: 1.5; }
.picture .link.waits { stroke: var(--accent); stroke-dasharray: 5 4; }
.picture .arrow path { fill: var(--muted); }
.picture .arrow.waits path { fill: var(--accent); }
.stroke { display: inline-block; width: 26px; border-top: 2px solid var(--muted); vertical-align: middle; margin-right: 7px; }
.stroke.waits { border-top: 2px dashed var(--accent); }

@media print {
  :root { color-scheme: light; --page: #fff; --surface: #fff; --sunken: #f0f1f3; --text: #000; --muted: #444; --edge: #bbb; --accent: #2f55c8;
    --good: #17734a; --good-soft: #fff; --warn: #8a5a00; --warn-soft: #fff; --bad: #b3261e; --bad-soft: #fff; }
  body { font-size: 11px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  section, .figures > div { border-radius: 0; padding: 10px 12px; }
  section { break-inside: auto; }
  tr, figure, .figures, li { break-inside: avoid; }
  h2 { break-after: avoid; }
  thead { display: table-header-group; }
  table, ul.plain li { font-size: 10.5px; }
  .picture { min-width: 0; }
  .badge { border: 1px solid currentColor; }
}
@page { margin: 14mm; }
`;
