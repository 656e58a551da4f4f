import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { gate, type PackConfiguration, runPack } from "../../../policies/runner/index.ts";
import { goodContainer, goodNetwork, goodVolume } from "../../support/policy-fixtures.ts";
import { preview } from "../../support/preview-program.ts";

const BASELINE = "policies/baseline";
const PRODUCTION = "policies/production";

/** A stack with one of each, all as it should be but for the container's changes. */
function stack(change: () => Partial<docker.ContainerArgs> = () => ({}), protect = true) {
  return preview(() => {
    const network = new docker.Network("net", goodNetwork);
    const volume = new docker.Volume("data", goodVolume, { protect });
    const image = new docker.RemoteImage("image", { name: "registry.example/agent:1.4.2" });
    new docker.Container("agent", {
      ...goodContainer,
      volumes: [{ volumeName: volume.name, containerPath: "/data" }],
      networksAdvanced: [{ name: network.name }],
      image: image.repoDigest,
      envs: [pulumi.secret("API_KEY=abc"), "LOG_LEVEL=info"],
      ...change(),
    });
  });
}

const run = (packFolder: string, graph: ReturnType<typeof stack>, configuration?: PackConfiguration) =>
  runPack({ packFolder, graph, configuration });

describe("the packs on a stack as it should be", () => {
  it("pass, and show the unknown that they accept", async () => {
    const graph = stack();
    const reports = await Promise.all([run(BASELINE, graph), run(PRODUCTION, graph)]);
    for (const report of reports) {
      expect(report.results).toEqual([
        {
          policy: "docker-container-image-pinned",
          level: "advisory",
          urn: "urn:pulumi:dev::shop::docker:index/container:Container::agent",
          message: expect.stringMatching(
            /^not known yet: agent .*: image is unknown until deployment; accepted because/,
          ),
          outcome: "accepted-unknown",
        },
      ]);
      expect(report.passed).toBe(37);
      expect(report.version).toBe("0.1.0");
    }
    expect(reports.map(({ pack }) => pack)).toEqual(["blueprint-baseline", "blueprint-production"]);
    expect(gate(reports)).toEqual({ ok: true, mandatoryFailures: [], couldNotRun: [] });
  });

  it("say the same twice", async () => {
    const graph = stack(() => ({ privileged: true, user: "root", ports: [{ internal: 80 }] }), false);
    const [one, other] = await Promise.all([run(BASELINE, graph), run(BASELINE, graph)]);
    expect(other).toEqual(one);
  });
});

describe("the packs on a stack with faults", () => {
  it("weigh them by their levels", async () => {
    const graph = stack(() => ({ cpus: undefined, logOpts: undefined }), false);
    const [baseline, production] = await Promise.all([run(BASELINE, graph), run(PRODUCTION, graph)]);
    const found = ["docker-container-cpu-limit", "docker-container-log-bounded", "docker-stack-data-protected"];

    expect(baseline.counts).toMatchObject({ mandatory: 1, advisory: 2 });
    expect(production.counts).toMatchObject({ mandatory: 3, advisory: 0 });
    expect(gate([baseline]).mandatoryFailures.map(({ policy }) => policy)).toEqual(["docker-stack-data-protected"]);
    const { ok, mandatoryFailures } = gate([production]);
    expect(ok).toBe(false);
    expect(mandatoryFailures.map(({ policy }) => policy)).toEqual(found);
    expect(production.results.at(-1)?.urn).toBe("urn:pulumi:dev::shop::docker:index/volume:Volume::data");
  });

  it("fail on what can't be decided, whatever the rule's level", async () => {
    const graph = stack(() => {
      const { id } = new docker.Volume("other", {});
      return { cpus: id, user: id };
    });
    const report = await run(BASELINE, graph);
    expect(report.results.filter(({ outcome }) => outcome === "could-not-run")).toMatchObject([
      { policy: "docker-container-cpu-limit", level: "mandatory", message: expect.stringContaining("cpus is unknown") },
      { policy: "docker-container-not-root", level: "mandatory", message: expect.stringContaining("user is unknown") },
    ]);
    expect(gate([report])).toMatchObject({ ok: false, mandatoryFailures: [], couldNotRun: [{}, {}] });
  });

  it("never repeat a secret, wherever it stands", async () => {
    const planted = "pl4nted";
    const graph = preview(() => {
      const hide = (text: string) => pulumi.secret(text);
      new docker.Network("net", { driver: hide(planted) });
      new docker.Volume("data", { driverOpts: { device: hide(`/etc/${planted}`) } });
      new docker.RemoteImage("image", { name: hide(planted) });
      new docker.Container("agent", {
        image: hide(planted),
        user: hide(`root:${planted}`),
        capabilities: { drops: [hide(planted)], adds: [hide(planted)] },
        securityOpts: [hide(planted)],
        volumes: [{ hostPath: hide(`/etc/${planted}`), containerPath: "/x" }],
        mounts: [{ type: "bind", source: hide(`/${planted}.sock/docker.sock`), target: "/x" }],
        ports: [{ internal: 80, ip: hide(planted) }],
        labels: [{ label: "blueprint.turn-max-seconds", value: hide(planted) }],
        restart: hide(planted),
        logDriver: hide(planted),
        networksAdvanced: hide(planted).apply((name) => [{ name }]),
        envs: [hide(`API_KEY=${planted}`)],
      });
    });
    const report = await run(PRODUCTION, graph);
    expect(report.counts.mandatory).toBeGreaterThan(15);
    expect(JSON.stringify(report)).not.toContain(planted);
    expect(JSON.stringify(report)).toContain("[secret]");
    // Marked as secret, so no plaintext.
    expect(report.results.map(({ policy }) => policy)).not.toContain("pulumi-resource-no-plaintext-secret");
  });

  it("find the secret that isn't marked", async () => {
    const report = await run(
      BASELINE,
      stack(() => ({ envs: ["DB_PASSWORD=hunter22", pulumi.secret("API_KEY=abc")] })),
    );
    expect(report.results.filter(({ policy }) => policy === "pulumi-resource-no-plaintext-secret")).toMatchObject([
      { level: "mandatory", message: expect.stringContaining("envs[0] gives DB_PASSWORD a value in clear") },
    ]);
  });
});

describe("the user's word on a pack", () => {
  it("changes levels and settings", async () => {
    const change = () => ({ capabilities: { drops: ["ALL"], adds: ["CHOWN"] }, privileged: true, user: "root" });
    const report = await run(BASELINE, stack(change), {
      "docker-container-capabilities-dropped": { allowedAdds: ["CHOWN"] },
      "docker-container-not-privileged": "disabled",
      "docker-container-not-root": { enforcementLevel: "advisory" },
    });
    expect(report.counts).toMatchObject({ mandatory: 0, advisory: 1, couldNotRun: 0 });
    expect(report.results.find(({ outcome }) => outcome === "violation")?.policy).toBe("docker-container-not-root");
  });

  it("can't switch the marks of secrets off without failing the gate", async () => {
    const report = await run(BASELINE, stack(), { "blueprint-secret-marks": "disabled" });
    expect(gate([report]).couldNotRun[0]).toMatchObject({
      policy: "pulumi-resource-no-plaintext-secret",
      message: expect.stringContaining("came without the engine's marks"),
    });
  });

  it("is refused where it is wrong, with every problem at once", async () => {
    const wrong = run(BASELINE, stack(), {
      "docker-container-nope": "advisory",
      "docker-container-labels": { required: "team", reqired: [] },
    });
    await expect(wrong).rejects.toThrow(
      /docker-container-nope: no policy .* allowed: all, [\s\S]*docker-container-labels\.reqired: .* no such setting; allowed: required\n {2}docker-container-labels\.required: .*expected array/,
    );
  });
});
