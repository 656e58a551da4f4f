import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HEADING_CHARACTERS, MEDIA_TYPES, sectionsOf } from "./read.ts";

describe("plain text", () => {
  it("is read by paragraphs, whatever its line breaks", () => {
    expect(sectionsOf("one\r\nstill one\r\n\r\n two \n \n\nthree\r\rfour\n", "text/plain")).toEqual([
      { heading: "", paragraphs: ["one\nstill one", "two", "three", "four"] },
    ]);
  });

  it("keeps marks that mean something elsewhere", () => {
    expect(sectionsOf("# no heading\n\n<b>no tag</b>", "text/plain")).toEqual([
      { heading: "", paragraphs: ["# no heading", "<b>no tag</b>"] },
    ]);
  });

  it("loses the character 0, which no database takes, and is nothing where nothing is", () => {
    expect(sectionsOf("a\0b", "text/plain")).toEqual([{ heading: "", paragraphs: ["ab"] }]);
    expect(sectionsOf(" \n\n ", "text/plain")).toEqual([]);
  });
});

describe("a heading", () => {
  it.each([
    { mediaType: "text/markdown" as const, content: `# ${"long ".repeat(100_000)}\n\none\n\n## short\n\ntwo` },
    {
      mediaType: "text/html" as const,
      content: `<h1>${"long ".repeat(100_000)}</h1><p>one</p><h2>short</h2><p>two</p>`,
    },
  ])("is cut where it is long, since each passage below repeats it: $mediaType", ({ mediaType, content }) => {
    const headings = sectionsOf(content, mediaType).map(({ heading }) => heading);
    expect(headings.map(({ length }) => length)).toEqual([HEADING_CHARACTERS, HEADING_CHARACTERS + " › short".length]);
    expect(headings[0]).toMatch(/^long long .*…$/);
  });
});

describe("Markdown", () => {
  it("is read by headings, each below those that it stands under", () => {
    const text = `before

# Install ##
first
more

second
## Linux
on linux
### Debian
on debian
## macOS
on mac
# Use
use`;
    expect(sectionsOf(text, "text/markdown")).toEqual([
      { heading: "", paragraphs: ["before"] },
      { heading: "Install", paragraphs: ["first\nmore", "second"] },
      { heading: "Install › Linux", paragraphs: ["on linux"] },
      { heading: "Install › Linux › Debian", paragraphs: ["on debian"] },
      { heading: "Install › macOS", paragraphs: ["on mac"] },
      { heading: "Use", paragraphs: ["use"] },
    ]);
  });

  it("knows underlined headings, and levels that are left out", () => {
    expect(sectionsOf("Title\n=====\na\n\nPart\n---\nb\n\n#### Deep\nc", "text/markdown")).toEqual([
      { heading: "Title", paragraphs: ["a"] },
      { heading: "Title › Part", paragraphs: ["b"] },
      { heading: "Title › Part › Deep", paragraphs: ["c"] },
    ]);
  });

  it("takes a line below two lines, or below none, for no heading", () => {
    expect(sectionsOf("a\nb\n---\nc\n\n---\n\nd", "text/markdown")).toEqual([
      { heading: "", paragraphs: ["a\nb\n---\nc", "---", "d"] },
    ]);
  });

  it.each([
    { line: "#hashtag", heading: undefined },
    { line: "####### seven", heading: undefined },
    { line: "    # code", heading: undefined },
    { line: "   # three spaces", heading: "three spaces" },
    { line: "# C# and F#", heading: "C# and F#" },
    { line: "# Title #", heading: "Title" },
    { line: "# ###", heading: "" },
    { line: "#", heading: "" },
  ])("reads the line $line", ({ line, heading }) => {
    const found = sectionsOf(`${line}\ntext`, "text/markdown");
    expect(found).toEqual(
      heading === undefined
        ? [{ heading: "", paragraphs: [`${line}\ntext`.trim()] }]
        : [{ heading, paragraphs: ["text"] }],
    );
  });

  it("keeps code whole, headings and empty lines in it included", () => {
    const code = "```sh\n# a comment\n\necho\n```";
    expect(sectionsOf(`a\n\n${code}\n\n# H\nb`, "text/markdown")).toEqual([
      { heading: "", paragraphs: ["a", code] },
      { heading: "H", paragraphs: ["b"] },
    ]);
    const tildes = "~~~~\n```\n# x\n~~~\n# y\n~~~~";
    expect(sectionsOf(`${tildes}\n# H\nb`, "text/markdown")).toEqual([
      { heading: "", paragraphs: [tildes] },
      { heading: "H", paragraphs: ["b"] },
    ]);
  });
});

describe("HTML", () => {
  it("is read as a reader sees it", () => {
    const page = `<!doctype html><html><head><title>no</title><style>p{}</style></head><body>
<!-- hidden --><script>alert("no")</script>
<h1 class="x">Refunds</h1><p>Within <b>30&nbsp;days</b>
of delivery.</p><h2>How</h2><ul><li>Ask</li><li>Send &amp; wait</li></ul>
<table><tr><td>a</td><td>b</td></tr></table>One<br>two</body></html>`;
    expect(sectionsOf(page, "text/html")).toEqual([
      { heading: "Refunds", paragraphs: ["Within 30 days of delivery."] },
      { heading: "Refunds › How", paragraphs: ["- Ask\n- Send & wait", "a b", "One\ntwo"] },
    ]);
  });

  it.each([
    { html: "&lt;b&gt; &quot;x&quot; &#39;y&#x27; &eacute; &hellip; &AMP;", text: `<b> "x" 'y' &eacute; … &` },
    { html: "a&#0;b&#xD800;c&#x110000;d", text: "a b c d" },
    { html: "&#128512;", text: "😀" },
    { html: "&apos;&copy;&mdash;&ndash;&rsquo;&lsquo;&ldquo;&rdquo;&nbsp;x", text: "'©—–’‘“” x" },
    { html: "&#31;a&#x10FFFF;b&#57343;c", text: "a\u{10ffff}b c" },
    { html: '<li class="x">a</li><li id="y">b</li>', text: "- a\n- b" },
    { html: '<td class="x">a</td><th id="y">b</th>', text: "a b" },
    { html: 'one<br class="x">two<br/>three', text: "one\ntwo\nthree" },
    { html: "a<!-- x -->b<style>p</style>c", text: "a b c" },
    { html: "# no heading", text: "# no heading" },
    { html: "1 < 2 and 3 > 2", text: "1 < 2 and 3 > 2" },
    { html: "a<script>b", text: "a" },
    { html: "a<!-- b", text: "a" },
    { html: "\ue0001 a", text: "1 a" },
    { html: "a <svg><text>b</text></svg> c", text: "a c" },
  ])("reads $html", ({ html, text }) => {
    expect(sectionsOf(`<p>${html}</p>`, "text/html")).toEqual([{ heading: "", paragraphs: [text] }]);
  });
});

it("HTML's blocks are paragraphs of their own, with or without attributes", () => {
  const page = '<div>a<p class="x">b<h4 id="y"> C </h4>d<section>e</section></div>';
  expect(sectionsOf(page, "text/html")).toEqual([
    { heading: "", paragraphs: ["a", "b"] },
    { heading: "C", paragraphs: ["d", "e"] },
  ]);
});

describe("every reader", () => {
  it.each(MEDIA_TYPES)("of %s takes any text, and gives no empty paragraph", (mediaType) => {
    const piece = fc.oneof(
      fc.constantFrom("# ", "<h1>", "</h1>", "```", "\n", "\n\n", "<p", ">", "---", "<!--", "&#1;", "<script>"),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        for (const { paragraphs } of sectionsOf(pieces.join(""), mediaType)) {
          expect(paragraphs.length).toBeGreaterThan(0);
          for (const paragraph of paragraphs) expect(paragraph).toBe(paragraph.trim());
          expect(paragraphs).not.toContain("");
        }
      }),
    );
  });

  it.each([
    { what: "tags that never end", text: "<a".repeat(200_000), mediaType: "text/html" as const },
    { what: "comments that never end", text: "<!-".repeat(200_000), mediaType: "text/html" as const },
    { what: "closing marks", text: `# ${"#".repeat(400_000)}x`, mediaType: "text/markdown" as const },
    { what: "spaces", text: `# a${" ".repeat(400_000)}b`, mediaType: "text/markdown" as const },
    { what: "fences", text: "```\n".repeat(100_000), mediaType: "text/markdown" as const },
    { what: "entities", text: "&#1".repeat(200_000), mediaType: "text/html" as const },
  ])("takes little time for $what", ({ text, mediaType }) => {
    const start = performance.now();
    sectionsOf(text, mediaType);
    expect(performance.now() - start).toBeLessThan(1_500);
  });
});
