import type { WrongConfiguration } from "../wrong-configuration.ts";
import { IN_GOVERNANCE } from "./governance.ts";
import { IN_HOSTS } from "./hosts.ts";
import { IN_TRAFFIC } from "./traffic.ts";
import { IN_WORKLOADS } from "./workloads.ts";

/** A server's mistakes, one in each environment. */
export const WRONG_SERVERS: readonly WrongConfiguration[] = [
  ...IN_HOSTS,
  ...IN_WORKLOADS,
  ...IN_GOVERNANCE,
  ...IN_TRAFFIC,
];
