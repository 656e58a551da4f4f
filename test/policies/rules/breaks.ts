import type { Break } from "./case.ts";
import { MORE_BREAKS } from "./more-breaks.ts";
import { SERVICE_BREAKS } from "./service-breaks.ts";

const hostPath = { allowed: /paths outside \/, .*\/etc/, mend: /mount a volume/ };
const tag = { allowed: /a digest .* exact tag/, mend: /name the version/ };

/** What keeps a container in its place: rights, images, limits, the host's paths. */
export const BREAKS: readonly Break[] = [
  {
    rule: "docker-container-not-privileged",
    change: { privileged: true },
    found: /privileged is true/,
    allowed: /false/,
    mend: /remove privileged/,
  },
  ...[undefined, "", "root", "0", "0:0", "root:app"].map(
    (user): Break => ({
      rule: "docker-container-not-root",
      change: { user },
      found: user ? new RegExp(`user is ${user}`) : /user is not set/,
      allowed: /any user but root/,
      mend: /set user/,
    }),
  ),
  ...[undefined, false].map(
    (readOnly): Break => ({
      rule: "docker-container-read-only-root",
      change: { readOnly },
      found: /readOnly is (not set|false)/,
      allowed: /true/,
      mend: /set readOnly to true/,
    }),
  ),
  ...[undefined, {}, { drops: ["NET_RAW"] }].map(
    (capabilities): Break => ({
      rule: "docker-container-capabilities-dropped",
      change: { capabilities },
      found: /capabilities\.drops is \[(NET_RAW)?\]/,
      allowed: /\["ALL"\]/,
      mend: /set capabilities\.drops/,
    }),
  ),
  {
    rule: "docker-container-capabilities-dropped",
    change: { capabilities: { drops: ["all"], adds: ["CAP_CHOWN", "SYS_ADMIN"] } },
    settings: { allowedAdds: ["CHOWN"] },
    found: /capabilities\.adds\[1\] is SYS_ADMIN/,
    allowed: /CHOWN/,
    mend: /remove SYS_ADMIN/,
  },
  {
    rule: "docker-container-capabilities-dropped",
    change: { capabilities: { drops: ["ALL"], adds: ["NET_ADMIN"] } },
    found: /NET_ADMIN/,
    allowed: /no added capability/,
    mend: /remove NET_ADMIN/,
  },
  ...[undefined, [], ["no-new-privileges:false"], ["apparmor=x"]].map(
    (securityOpts): Break => ({
      rule: "docker-container-no-new-privileges",
      change: { securityOpts },
      found: /securityOpts is \[/,
      allowed: /no-new-privileges:true/,
      mend: /add "no-new-privileges:true"/,
    }),
  ),
  ...["nginx", "nginx:latest", "registry.example:5000/agent", "agent:"].map(
    (image): Break => ({
      rule: "docker-container-image-pinned",
      change: { image },
      found: new RegExp(`image is ${image}, (without a tag|the tag latest)`),
      ...tag,
    }),
  ),
  { rule: "docker-container-image-pinned", change: { image: undefined }, found: /image is empty/, ...tag },
  { rule: "docker-remote-image-pinned", kind: "image", change: { name: "nginx" }, found: /name is nginx/, ...tag },
  ...[undefined, 0].flatMap((size): Break[] => [
    {
      rule: "docker-container-memory-limit",
      change: { memory: size },
      found: /memory is (not set|0)/,
      allowed: /above 0/,
      mend: /set memory to/,
    },
    {
      rule: "docker-container-memory-limit",
      change: { memorySwap: size },
      found: /memorySwap is (not set|0)/,
      allowed: /above 0/,
      mend: /set memorySwap/,
    },
  ]),
  {
    rule: "docker-container-cpu-limit",
    change: { cpus: undefined },
    found: /none of cpuShares/,
    allowed: /at least one/,
    mend: /set cpus/,
  },
  {
    rule: "docker-container-cpu-limit",
    change: { cpus: "0", cpuShares: 0, cpuQuota: 0 },
    found: /none of/,
    allowed: /at least one/,
    mend: /set cpus/,
  },
  ...[undefined, {}, { tests: [] }, { tests: ["NONE"] }].map(
    (healthcheck): Break => ({
      rule: "docker-container-health-check",
      change: { healthcheck },
      found: /healthcheck\.tests (is not set|switches the check off)/,
      allowed: /a command/,
      mend: /set healthcheck\.tests/,
    }),
  ),
  ...["networkMode", "pidMode", "ipcMode", "usernsMode"].map(
    (property): Break => ({
      rule: "docker-container-own-namespaces",
      change: { [property]: "host" },
      found: new RegExp(`${property} is host`),
      allowed: /a namespace of its own/,
      mend: new RegExp(`remove ${property}`),
    }),
  ),
  ...["/var/run/docker.sock", "/run/podman/podman.sock", "/run/user/1000/podman/podman.sock"].flatMap((path): Break[] =>
    [{ volumes: [{ hostPath: path }] }, { mounts: [{ type: "bind", source: path }] }].map((change) => ({
      rule: "docker-container-no-engine-socket",
      change,
      found: new RegExp(`the engine's socket ${path}`),
      allowed: /no socket/,
      mend: /remove the mount/,
    })),
  ),
  ...["/", "/etc", "/etc/passwd", "/proc/", "/sys", "/srv/../etc"].map(
    (path): Break => ({
      rule: "docker-container-no-sensitive-host-path",
      change: { volumes: [{ hostPath: path, containerPath: "/x" }] },
      settings: { allowedPaths: ["/etc/localtime"] },
      found: new RegExp(`volumes\\[0\\]\\.hostPath is ${path}`),
      ...hostPath,
    }),
  ),
  {
    rule: "docker-volume-no-sensitive-host-path",
    kind: "volume",
    change: { driverOpts: { device: "/etc/secrets" } },
    found: /driverOpts\.device is \/etc\/secrets/,
    ...hostPath,
  },
  ...MORE_BREAKS,
  ...SERVICE_BREAKS,
];
