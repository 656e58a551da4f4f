import { PolicyPack } from "@pulumi/policy";
import { packArguments } from "../rules/index.ts";

new PolicyPack(
  "blueprint-production",
  ...packArguments("What holds where real users are served: every rule is mandatory.", {
    "docker-container-capabilities-dropped": "mandatory",
    "docker-container-cpu-limit": "mandatory",
    "docker-container-health-check": "mandatory",
    "docker-container-image-pinned": "mandatory",
    "docker-container-labels": "mandatory",
    "docker-container-log-bounded": "mandatory",
    "docker-container-memory-limit": "mandatory",
    "docker-container-no-engine-socket": "mandatory",
    "docker-container-no-new-privileges": "mandatory",
    "docker-container-no-sensitive-host-path": "mandatory",
    "docker-container-not-privileged": "mandatory",
    "docker-container-not-root": "mandatory",
    "docker-container-own-namespaces": "mandatory",
    "docker-container-ports-loopback": "mandatory",
    "docker-container-read-only-root": "mandatory",
    "docker-container-restart-bounded": "mandatory",
    "docker-container-turn-grace": "mandatory",
    "docker-network-driver": "mandatory",
    "docker-network-not-attachable": "mandatory",
    "docker-remote-image-pinned": "mandatory",
    "docker-stack-data-protected": "mandatory",
    "docker-stack-image-source": "mandatory",
    "docker-stack-user-network": "mandatory",
    "docker-volume-no-sensitive-host-path": "mandatory",
    "pulumi-resource-no-plaintext-secret": "mandatory",
  }),
);
