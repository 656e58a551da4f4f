import { undecided } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, stackRule } from "../../rule.ts";
import { container } from "../container/container.ts";

const IMAGE_TYPES = ["docker:index/remoteImage:RemoteImage", "docker:index/image:Image"];

export const imageSource = stackRule({
  name: "docker-stack-image-source",
  description: "An image that is known only after deployment comes from an image resource of the same stack.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ image }, { resource }) =>
    image !== UNKNOWN || resource.sourceTypes.image?.some((type) => IMAGE_TYPES.includes(type))
      ? []
      : [undecided("image")],
});
