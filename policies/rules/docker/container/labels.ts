import { z } from "zod";
import { violation } from "../../finding.ts";
import { resourceRule } from "../../rule.ts";
import { LABEL, whenLabelKnown } from "../labels.ts";
import { container } from "./container.ts";

export const labels = resourceRule({
  name: "docker-container-labels",
  description: "A container says what it belongs to, so that costs, alerts and clean-up can find it.",
  resource: container,
  settings: z.strictObject({
    /** Labels that must be there and not empty. Default: the environment, the component and the blueprint's version. */
    required: z.array(z.string()).default([LABEL.environment, LABEL.component, LABEL.version]),
  }),
  check: ({ labels }, { settings }) =>
    settings.required.flatMap((name) =>
      whenLabelKnown(labels, name, (value) =>
        value
          ? []
          : [
              violation({
                found: `the label ${name} is ${value === "" ? "empty" : "missing"}`,
                allowed: `all of ${settings.required.join(", ")}, with a value`,
                mend: `add { label: "${name}", value: … } to labels`,
              }),
            ],
      ),
    ),
});
