import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { pathInside } from "../../path-inside.ts";
import type { PlanReport } from "../report.ts";
import { renderPage } from "./page.ts";

/** Writes the report's file inside the project and returns its path, relative to the project. */
export async function writeReport(report: PlanReport, path: string): Promise<string> {
  const file = pathInside(process.cwd(), path, "--html");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, renderPage(report));
  return relative(process.cwd(), file);
}
