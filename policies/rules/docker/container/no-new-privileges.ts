import { undecided, violation } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

const GIVEN = /^no-new-privileges(?:[:=]true)?$/;

export const noNewPrivileges = resourceRule({
  name: "docker-container-no-new-privileges",
  description: "A container's processes can't gain privileges, not even by a set-user-id program.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ securityOpts }) => {
    if (securityOpts === UNKNOWN) return [undecided("securityOpts")];
    const options = securityOpts ?? [];
    if (options.some((option) => option !== UNKNOWN && GIVEN.test(option))) return [];
    if (options.includes(UNKNOWN)) return [undecided(`securityOpts[${options.indexOf(UNKNOWN)}]`)];
    return [
      violation({
        found: `securityOpts is [${options.join(", ")}]`,
        allowed: "a list with no-new-privileges:true",
        mend: 'add "no-new-privileges:true" to securityOpts',
      }),
    ];
  },
});
