import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPage } from "../../apps/ops/src/plan/html/page.ts";
import { planEnvironment } from "../../apps/ops/src/plan/plan-environment.ts";
import { findChromium, launch } from "./chromium.ts";

const executable = findChromium();

describe.skipIf(executable === undefined)("the report of dev in Chromium", () => {
  let browser: Browser;
  let folder: string;
  let address: string;

  beforeAll(async () => {
    browser = await launch(executable ?? "");
    folder = await mkdtemp(join(tmpdir(), "blueprint-report-"));
    const file = join(folder, "dev.html");
    await writeFile(file, renderPage(await planEnvironment("dev")));
    address = pathToFileURL(file).href;
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    { width: 1280, colorScheme: "light" },
    { width: 1280, colorScheme: "dark" },
    { width: 400, colorScheme: "light" },
  ] as const)("shows the topology, asks nothing of the network and fits $width px ($colorScheme)", async (look) => {
    const page = await browser.newPage({ viewport: { width: look.width, height: 900 }, colorScheme: look.colorScheme });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(address);

    const picture = page.getByRole("img", { name: "Topology of dev" });
    expect(await picture.isVisible()).toBe(true);
    const drawn = await picture.locator(".box").evaluateAll((boxes) =>
      boxes.map((box) => {
        const frame = box.querySelector("rect")?.getBoundingClientRect();
        const texts = [...box.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
        return {
          title: box.querySelector("text")?.textContent,
          holdsItsText: texts.every((text) => frame && text.left >= frame.left && text.right <= frame.right),
        };
      }),
    );
    expect(drawn.map(({ title }) => title)).toEqual(expect.arrayContaining(["agent", "flame-dev-data"]));
    expect(drawn.filter(({ holdsItsText }) => !holdsItsText)).toEqual([]);

    const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
    expect({ overflow: Math.max(0, overflow), complaints, requests }).toEqual({
      overflow: 0,
      complaints: [],
      requests: [address],
    });
    await page.close();
  });
});
