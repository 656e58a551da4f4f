import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { FoundOrchestrators } from "../components/topology/index.ts";

/** What of a kubeconfig tells which hosts are behind a context. */
const Kubeconfig = z.object({
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string() }) })).catch([]),
  clusters: z.array(z.object({ name: z.string(), cluster: z.object({ server: z.string() }) })).catch([]),
});

/** Docker's own record of the Swarm that a machine is part of. */
const SWARM_STATE = "/var/lib/docker/swarm/state.json";

/** Looks at this machine's kubeconfig and Docker for what the hosts are already part of; nothing is asked over a network. */
export function findOrchestrators(
  hosts: readonly { readonly address: string; readonly connection: { readonly kind: string } }[],
  files = (process.env.KUBECONFIG ?? join(homedir(), ".kube", "config")).split(delimiter),
): FoundOrchestrators {
  const addresses = new Set(hosts.map(({ address }) => address));
  return {
    kubernetesContext: files.flatMap((file) => contextsOf(file, addresses))[0],
    swarmMember: hosts.some(({ connection }) => connection.kind === "socket") && existsSync(SWARM_STATE),
  };
}

function contextsOf(file: string, addresses: ReadonlySet<string>): string[] {
  if (!existsSync(file)) return [];
  const parsed = Kubeconfig.safeParse(parse(readFileSync(file, "utf8")));
  if (!parsed.success) return [];
  const { contexts, clusters } = parsed.data;
  const ours = clusters.filter(({ cluster }) => addresses.has(hostOf(cluster.server))).map(({ name }) => name);
  return contexts.filter(({ context }) => ours.includes(context.cluster)).map(({ name }) => name);
}

function hostOf(server: string): string {
  return URL.canParse(server) ? new URL(server).hostname : "";
}
