import { describe, expect, it } from "vitest";
import { quadletContainer, quadletNetwork, quadletVolume } from "../../../components/orchestration/index.ts";
import { FULL_VOLUME } from "../../support/full-workload.ts";
import { expectEmitted } from "./expect-emitted.ts";
import { containerIn, fullHost } from "./standalone-containers.ts";

const context = {
  environment: "staging",
  network: "flame-staging-net",
  names: { cache: "flame-staging-cache" },
  autoStart: true,
  startTimeoutSeconds: 131,
};
const unitOf = (key: string) => quadletContainer(containerIn(fullHost("podman"), key), context);
/** A digest of all that the container is. */
const withoutRevision = (text: string) => text.replace(/blueprint\.revision=[0-9a-f]{8}\n/, "blueprint.revision=…\n");

describe("Quadlet's units of a workload that says something at every leaf", () => {
  it("are a container", () => {
    const { fileName, content } = unitOf("cache");
    expect(fileName).toBe("flame-staging-cache.container");
    expectEmitted(
      withoutRevision(content),
      `[Unit]
Description=cache of the flame environment staging
StartLimitBurst=8

[Container]
ContainerName=flame-staging-cache
HostName=flame-staging-cache
Image=registry.example/team/cache:7.4.1
Exec=serve --fast
User=1201
Group=1302
ReadOnly=true
RunInit=true
DropCapability=all
NoNewPrivileges=true
Network=flame-staging-net.network
PublishPort=0.0.0.0:8102:4101/tcp
PublishPort=10.1.2.3:8204:4203/udp
Volume=/srv/rules:/rules:ro
Volume=/srv/spool:/spool:rw
Tmpfs=/run:size=59m,noexec,nosuid,nodev
Environment=TZ=Europe/Vienna
Secret=flame-staging-access-token,type=env,target=CACHE_TOKEN
HealthCmd=["check","--deep"]
HealthInterval=11s
HealthTimeout=7s
HealthStartPeriod=37s
HealthRetries=4
LogDriver=k8s-file
Label=team=assistants
Label=blueprint.revision=…
PodmanArgs="--entrypoint=[\\"/bin/cache\\"]" --memory=809m --memory-reservation=401m --memory-swap=912m --cpu-shares=317 --cpus=1.7 --cpuset-cpus=2-5 --stop-timeout=193 --network-alias=flame-staging-cache --log-opt=max-size=13631488

[Service]
Restart=on-failure
RestartSec=1
TimeoutStartSec=131
TimeoutStopSec=203

[Install]
WantedBy=default.target
`,
    );
  });

  it("are a container behind another one, with its volume", () => {
    const { content } = unitOf("store");
    expect(content).toContain("Requires=flame-staging-cache.service\nAfter=flame-staging-cache.service\n");
    expect(content).toContain("\nVolume=flame-staging-cache-data.volume:/var/lib/cache\n");
  });

  it("are a network", () => {
    expectEmitted(quadletNetwork(fullHost("podman").network), {
      fileName: "flame-staging-net.network",
      content: `[Network]
NetworkName=flame-staging-net
Driver=bridge
Subnet=10.31.0.0/20
Gateway=10.31.0.7
IPRange=10.31.4.0/22
Options=mtu=1387
Label=blueprint.component=network
`,
    });
  });

  it("are a volume", () => {
    expectEmitted(quadletVolume(FULL_VOLUME), {
      fileName: "flame-staging-cache-data.volume",
      content: `[Volume]
VolumeName=flame-staging-cache-data
Driver=nfs
PodmanArgs=--opt=share=files.example:/cache
Label=purpose=cache
`,
    });
  });
});
