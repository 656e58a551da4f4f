import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

export const notRoot = resourceRule({
  name: "docker-container-not-root",
  description: "A container says which user it runs as, and it isn't root: a break-out would be root on the host.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ user }) =>
    whenKnown({ user }, ({ user }) => {
      const name = (user ?? "").split(":")[0] ?? "";
      if (name !== "" && !/^(root|0+)$/.test(name)) return [];
      return [
        violation({
          found: user ? `user is ${user}` : "user is not set, so the image decides and most images say root",
          allowed: "any user but root, by name or number",
          mend: 'set user, for example to "10001:10001", and give the image files that this user can read',
        }),
      ];
    }),
});
