import type { z } from "zod";
import { list, refuse, whole } from "./configuration.fields.ts";

/** Characters of a name, an address and a port. */
const HOST = /^[a-z0-9.:[\]-]{1,253}$/;
const TYPES_DEFAULT = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];

/** Hosts as an address has them: in lower case, with a port where it isn't the scheme's own. */
function hosts() {
  return list("a host", (value, context) => {
    const url = URL.canParse(`http://${value}`) ? new URL(`http://${value}`) : undefined;
    if (url?.host === value && HOST.test(value)) return value;
    return refuse(context, value, "hosts such as files.example or files.example:8443, in lower case, without a scheme");
  });
}

function mediaTypes() {
  return list("a type", (value, context) => {
    if (/^[a-z]+\/[a-z0-9.+-]+$/.test(value)) return value;
    return refuse(context, value, "types such as image/png, in lower case");
  });
}

/** Variables of what is fetched for callers whose messages hold addresses. */
export const FetchingVariables = {
  FLAME_FETCH_HOSTS: hosts()
    .optional()
    .describe(
      "Hosts from which files that messages name by address are fetched, `files.example,cdn.example:8443`; none without it.",
    ),
  FLAME_FETCH_MAX_KIB: whole({ min: 1, max: 6_144 })
    .default(2_048)
    .describe("Most that is fetched for one request, in KiB."),
  FLAME_FETCH_SECONDS: whole({ min: 1, max: 300 })
    .default(10)
    .describe("Longest that fetching for one request takes, in seconds."),
  FLAME_FETCH_TYPES: mediaTypes().default(TYPES_DEFAULT).describe("Media types that are fetched."),
};

type Variables = z.output<z.ZodObject<typeof FetchingVariables>>;

/** From where, and how much, is fetched for callers. */
export interface FetchingConfiguration {
  /** None: nothing is fetched. */
  readonly hosts: readonly string[];
  /** Of one request. */
  readonly maxKiB: number;
  /** Of one request. */
  readonly seconds: number;
  readonly mediaTypes: readonly string[];
}

export function fetchingConfiguration(variables: Variables): FetchingConfiguration {
  return {
    hosts: variables.FLAME_FETCH_HOSTS ?? [],
    maxKiB: variables.FLAME_FETCH_MAX_KIB,
    seconds: variables.FLAME_FETCH_SECONDS,
    mediaTypes: variables.FLAME_FETCH_TYPES,
  };
}
