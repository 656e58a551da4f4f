import { z } from "zod";
import { turnOf } from "../turns/track.ts";
import { PROBE_PATHS } from "./access.ts";
import { METHODS_WITH_BODY } from "./body.ts";
import { type Operation, problem } from "./operations.ts";

const RetryAfter = z.object({ "retry-after": z.string().regex(/^\d+$/) });

/** What is answered before a route is asked, and where it fails: no route says it of itself. */
const ANY: Operation["answers"] = {
  400: problem("The request can't be read, or its client left before it was whole"),
  403: problem("Pages of this origin may not call"),
  414: problem("The path with its query is too long"),
  421: problem("The header Host names another server"),
  500: problem("The request failed; its reference finds it in the agent's log"),
  503: problem("It can't be served now: too much to do, no database, or the end of the process", RetryAfter.partial()),
};
/** What who asks without the right to is answered. Probes have no need of it. */
const ACCESS: Operation["answers"] = {
  401: problem("The route needs an access token", z.object({ "www-authenticate": z.string() })),
  429: problem("Too many requests", RetryAfter),
};
const BODY: Operation["answers"] = {
  413: problem("The body or a message in it is too large, here or for the database"),
  415: problem("The body doesn't say that it is JSON"),
};
const TURN: Operation["answers"] = {
  502: problem("The model's answer passed a limit"),
};

/** What an operation may be refused with beside what it answers itself. */
export function refusalsOf(method: string, pattern: string): Operation["answers"] {
  return {
    ...ANY,
    ...(!PROBE_PATHS.has(pattern) && ACCESS),
    ...(METHODS_WITH_BODY.has(method) && BODY),
    ...(turnOf(method, pattern) && TURN),
  };
}
