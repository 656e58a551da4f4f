import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { agentClient } from "../support/agent/agent-client.ts";
import { startAgentProcess } from "../support/agent/agent-process.ts";

/** What Schemathesis found, in its own words. */
export interface Judgement {
  readonly passed: boolean;
  readonly report: string;
}

/**
 * Answers that refuse what is against a schema: too long a body (413) or address (414) among them, a 5xx never. What was
 * made must be found; not so a document, whose id Schemathesis (4.32) puts into the path as it is where it has a % in it.
 */
const CONFIGURATION = `[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 428, 429]

[[operations]]
include-name = "GET /documents/{id}"
checks.ensure_resource_availability.enabled = false
`;
/** Turns that wait for an approval, so that there is something to decide about. */
const WAITING_TURNS = 8;
/** Time above its budget that it may take to start and to end, in milliseconds. */
const OVERHEAD_MILLISECONDS = 120_000;

/**
 * Has Schemathesis try an agent of its own for so long, by its OpenAPI document: single requests, made of the schemas
 * and against them, and sequences along its links.
 */
export async function judgeAgent(packages: string, seconds: number): Promise<Judgement> {
  await using agent = startAgentProcess({
    variables: {
      FLAME_RATE_LIMIT_PER_MINUTE: "0",
      FLAME_MODEL_TOKENS_PER_SECOND: "10000",
      FLAME_SHED_EVENT_LOOP_MILLISECONDS: "60000",
    },
  });
  const { url } = await agent.ready();
  const client = agentClient(url);
  for (let index = 0; index < WAITING_TURNS; index += 1)
    await client.say(`Send "${index}" to ada@example.org`, `t${index}`).report;

  const folder = await mkdtemp(join(tmpdir(), "schemathesis-"));
  try {
    await writeFile(join(folder, "schemathesis.toml"), CONFIGURATION);
    const { exitCode, all = "" } = await execa(
      "python3",
      [
        ...["-m", "schemathesis.cli", "run", `${url}/openapi.json`, "--no-color"],
        ...["--max-time", String(seconds), "--seed", "4", "--request-timeout", "30", "--continue-on-failure"],
        // Schemas can't say all that is refused, such as text that is blank.
        ...["--exclude-checks", "positive_data_acceptance", "--warnings", "off"],
      ],
      {
        cwd: folder,
        all: true,
        reject: false,
        timeout: seconds * 1000 + OVERHEAD_MILLISECONDS,
        env: { PYTHONPATH: packages },
      },
    );
    // A run that had no time for sequences along the links says nothing of them.
    return { passed: exitCode === 0 && /✅ +Stateful/.test(all), report: all };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
