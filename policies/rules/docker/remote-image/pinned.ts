import { z } from "zod";
import { whenKnown } from "../../finding.ts";
import { maybe } from "../../known.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { imageFindings } from "../image.ts";

export const pinned = resourceRule({
  name: "docker-remote-image-pinned",
  description: "An image is pulled by digest or exact tag: latest changes under a running system.",
  resource: {
    type: "docker:index/remoteImage:RemoteImage",
    schema: z.object({ name: maybe(z.string()).nullish() }),
  },
  settings: NO_SETTINGS,
  check: ({ name }) => whenKnown({ name }, ({ name }) => imageFindings("name", name)),
});
