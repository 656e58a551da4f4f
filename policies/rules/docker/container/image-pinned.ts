import { whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { imageFindings } from "../image.ts";
import { container } from "./container.ts";

export const imagePinned = resourceRule({
  name: "docker-container-image-pinned",
  description: "A container's image is named by digest or exact tag: latest changes under a running system.",
  resource: container,
  settings: NO_SETTINGS,
  acceptedUnknowns: {
    image:
      "docker-stack-image-source requires that an unknown image comes from an image resource of the stack, and that one is checked",
  },
  check: ({ image }) => whenKnown({ image }, ({ image }) => imageFindings("image", image)),
});
