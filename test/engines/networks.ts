import { networkInterfaces } from "node:os";
import { execa } from "execa";

/** The first free one of the suites' networks 10.213.n, which no route leads out of. */
export function freeNetwork(): string {
  const taken = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
  for (let index = 1; index < 255; index++) {
    const network = `10.213.${index}`;
    if (!taken.some((address) => address.startsWith(`${network}.`))) return network;
  }
  throw new Error(
    "every network 10.213.1 to 10.213.254 is taken; fix: remove the bridges bp… of suites that broke off",
  );
}

/** Runs `ip`, which makes links, addresses and network namespaces. Rejects where it fails. */
export async function ip(...parameters: readonly string[]): Promise<void> {
  await execa("ip", parameters, { stdin: "ignore" });
}
