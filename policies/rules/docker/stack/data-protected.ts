import { violation } from "../../finding.ts";
import { NO_SETTINGS, stackRule } from "../../rule.ts";
import { LABEL, whenLabelKnown } from "../labels.ts";
import { volume } from "../volume/volume.ts";

export const dataProtected = stackRule({
  name: "docker-stack-data-protected",
  description: "A volume that holds data can't be deleted by a deployment.",
  resource: volume,
  settings: NO_SETTINGS,
  check: ({ labels }, { resource }) =>
    resource.protect
      ? []
      : whenLabelKnown(labels, LABEL.data, (data) =>
          data === "persistent"
            ? [
                violation({
                  found: `the label ${LABEL.data} is persistent and protect is not set`,
                  allowed: "protect: true on every volume whose data must last",
                  mend: "set the resource option protect to true",
                }),
              ]
            : [],
        ),
});
