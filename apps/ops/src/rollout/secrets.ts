import type { SecretSource, StandaloneContainer } from "../../../../components/orchestration/index.ts";
import { resolveSecrets, secretVariable } from "../deploy/embedded/process-secrets.ts";

/**
 * The values of containers' secrets, by container and variable: from this process's environment, else what the
 * containers that run have been given, else made here once and kept in the file.
 */
export async function rolloutSecrets(
  containers: readonly Pick<StandaloneContainer, "name" | "secrets">[],
  running: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string | undefined>>,
  file: string,
): Promise<Record<string, Record<string, string>>> {
  const known: Record<string, string | undefined> = { ...given };
  const values: Record<string, Record<string, string>> = {};
  for (const container of containers) {
    const kept: Record<string, string> = {};
    const asked: Record<string, SecretSource> = {};
    for (const [variable, source] of Object.entries(container.secrets)) {
      const value = running[variable];
      const named = source.kind === "configuration" ? known[secretVariable(source.name)] : undefined;
      if (named === undefined && value !== undefined) kept[variable] = value;
      else asked[variable] = source;
    }
    values[container.name] = { ...(await resolveSecrets(asked, known, file)), ...kept };
  }
  return values;
}
