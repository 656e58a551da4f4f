import { containerRules } from "./container/index.ts";
import { driver } from "./network/driver.ts";
import { notAttachable } from "./network/not-attachable.ts";
import { pinned } from "./remote-image/pinned.ts";
import { serviceRules } from "./service/index.ts";
import { dataProtected } from "./stack/data-protected.ts";
import { imageSource } from "./stack/image-source.ts";
import { userNetwork } from "./stack/user-network.ts";
import { noSensitiveHostPath } from "./volume/no-sensitive-host-path.ts";

/** What must hold of everything that the docker provider makes. */
export const dockerRules = [
  ...containerRules,
  ...serviceRules,
  driver,
  notAttachable,
  pinned,
  noSensitiveHostPath,
  dataProtected,
  imageSource,
  userNetwork,
];
