// Adds up what the suites have reported: node count.mjs <broken steps> <folder of reports>
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [broken = "0", folder = "."] = process.argv.slice(2);
let passed = 0;
let failed = Number(broken);
for (const name of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, name), "utf8"));
  passed += report.numPassedTests;
  // A file that can't be loaded has no failed test of its own.
  failed += report.numFailedTests + report.testResults.filter(broke).length;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function broke({ status, assertionResults }) {
  return status === "failed" && assertionResults.every((result) => result.status !== "failed");
}
