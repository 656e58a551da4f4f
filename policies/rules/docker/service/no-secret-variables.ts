import { z } from "zod";
import { undecided, violation } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { promisesSecret } from "../../pulumi/resource/secret-words.ts";
import { resourceRule } from "../../rule.ts";
import { service } from "./service.ts";

const PATH = "taskSpec.containerSpec.env";

export const noSecretVariables = resourceRule({
  name: "docker-service-no-secret-variables",
  description: "No variable of a service is a secret: whoever may look at the Swarm would read it. Files are for that.",
  resource: service,
  settings: z.strictObject({
    /** Names that look like a secret's and aren't, such as `PUBLIC_TOKEN`. Default: none. */
    harmlessNames: z.array(z.string()).default([]),
  }),
  check: ({ taskSpec }, { resource, settings }) => {
    if (taskSpec === UNKNOWN) return [undecided("taskSpec")];
    const { containerSpec } = taskSpec;
    if (containerSpec === UNKNOWN) return [undecided("taskSpec.containerSpec")];
    const { env } = containerSpec;
    if (env === UNKNOWN) return [undecided(PATH)];
    const marked = (path: string) => resource.secretPaths?.has(path) ?? false;
    return Object.keys(env ?? {})
      .filter((name) => marked(PATH) || marked(`${PATH}.${name}`) || promisesSecret(name))
      .filter((name) => !settings.harmlessNames.includes(name))
      .map((name) =>
        violation({
          found: `${PATH} gives ${name} a value`,
          allowed: `a Swarm's secret, whose file ${name}_FILE names`,
          mend: `make a docker.Secret, mount it, and set ${name}_FILE; a harmless name goes into the policy's harmlessNames`,
        }),
      );
  },
});
