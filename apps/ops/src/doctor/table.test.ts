import { describe, expect, it } from "vitest";
import { found, ready, wanting } from "./row.ts";
import { doctorJson, doctorText } from "./table.ts";

const rows = [
  found("node", "process", "24.21.0"),
  {
    ...wanting("missing", "container engine", "containers", "no socket", "install Podman"),
    tried: ["Docker: nothing there"],
  },
  wanting("degraded", "port 4111", "process", "taken", "choose another hostPort"),
];

describe("the doctor's table", () => {
  it("aligns its rows, and ends with what the machine is ready for", () => {
    expect(doctorText(rows, (_style, text) => text)).toMatchInlineSnapshot(`
      "✓ node              found    24.21.0
      ✗ container engine  missing  no socket
                                   fix: install Podman
                                   Docker: nothing there
      ! port 4111         degraded taken
                                   fix: choose another hostPort

      ✓ ready for the agent with its embedded database
      ✗ not ready for containers on this machine
      ✗ not ready for deployments by Pulumi's engine
      "
    `);
  });

  it("is the same for programs", () => {
    expect(JSON.parse(doctorJson("dev", rows))).toMatchObject({
      formatVersion: 1,
      environment: "dev",
      readyFor: { process: true, containers: false, pulumi: false },
      rows: [
        { name: "node", fix: null },
        { state: "missing", tried: ["Docker: nothing there"] },
        { state: "degraded" },
      ],
    });
  });
});

describe("readiness", () => {
  it("isn't spoiled by what is degraded, nor by what something else needs", () => {
    expect(ready(rows, "process")).toBe(true);
  });

  it("for deployments needs the container engine too", () => {
    expect(ready([...rows, found("pulumi engine", "pulumi", "v3")], "pulumi")).toBe(false);
  });
});
