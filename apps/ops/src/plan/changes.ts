import type { Change } from "../../../../stacks/changes/index.ts";

/** What the objects that hold data, or open them, are called. */
const DATA_WORDS: Readonly<Record<string, string>> = {
  "docker:index/volume:Volume": "volume",
  "kubernetes:core/v1:PersistentVolumeClaim": "claim",
  "kubernetes:core/v1:Namespace": "namespace",
  "kubernetes:core/v1:Secret": "secret",
  "random:index/randomPassword:RandomPassword": "generated password",
  "pulumi:providers:docker": "volumes of the engine",
  "pulumi:providers:kubernetes": "claims of the cluster",
};

/** An object that holds data, for a reader: `volume flame-dev-data`. */
export function dataWords({ type, object }: Pick<Change, "type" | "object">): string {
  return `${DATA_WORDS[type] ?? type} ${object}`;
}
