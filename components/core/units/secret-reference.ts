import { z } from "zod";

/** The name of a secret: its value is stored encrypted by `pulumi config set --secret blueprint:<name>`. */
export const SecretReference = z.strictObject({
  secret: z
    .string()
    .regex(
      /^[a-z][A-Za-z0-9]{0,62}$/,
      "a name in camel case, such as modelApiKey; its value is set with pulumi config set --secret blueprint:<name>",
    )
    .meta({ description: "Name of the stack's secret configuration value.", example: "modelApiKey" }),
});

export type SecretReference = z.output<typeof SecretReference>;
