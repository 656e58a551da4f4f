import { describe, expect, it } from "vitest";
import { type Document, desktopDocument, planOf } from "../../../test/support/environment.ts";
import { UPDATED_DESKTOP, WHOLE_DESKTOP } from "../../../test/support/whole-desktop.ts";

const fileOf = (concerns: Document = {}) => planOf(desktopDocument(concerns)).desktop;

describe("the connector's file", () => {
  it.each([
    { why: "the port of this machine", ports: [{ hostPort: 80 }], address: "http://127.0.0.1:80" },
    {
      why: "another address of this machine",
      ports: [{ hostPort: 80, address: "127.0.0.2" }],
      address: "http://127.0.0.2:80",
    },
    {
      why: "this machine where the port is for every network",
      ports: [{ hostPort: 80, address: "0.0.0.0" }],
      address: "http://127.0.0.1:80",
    },
    { why: "the first port of several", ports: [{ hostPort: 81 }, { hostPort: 80 }], address: "http://127.0.0.1:81" },
  ])("names an address at which the agent answers: $why", ({ ports, address }) => {
    const authentication = { kind: "bearer", token: { secret: "accessToken" } };
    expect(fileOf({ agent: { ports, authentication } }).agent).toMatchObject({ address, authentication: "bearer" });
  });

  it("holds the turn's whole length in the proxy and in the stop, and buffers nothing", () => {
    const file = fileOf({ turns: { maxSeconds: 60, drainMarginSeconds: 5 } });
    expect(file.proxy).toEqual({ ipcChannel: "flame:agent", readTimeoutSeconds: 65, bufferResponses: false });
    expect(file.lifecycle.stopTimeoutSeconds).toBe(75);
    expect(file.containers).toEqual([{ name: "flame-dev-agent", key: "agent", dependsOn: [], stopGraceSeconds: 70 }]);
  });

  it.each([
    { why: "a volume that stays", storage: { kind: "volume" }, keepData: true },
    { why: "a volume that may go", storage: { kind: "volume", persistent: false }, keepData: false },
    { why: "a folder that stays", storage: { kind: "bind", hostPath: "/srv/data" }, keepData: true },
    { why: "memory, which never stays", storage: { kind: "tmpfs" }, keepData: false },
  ])("says whether data are kept: $why", ({ storage, keepData }) => {
    const { topology } = desktopDocument();
    expect(fileOf({ topology: { ...Object(topology), storage } }).lifecycle.keepData).toBe(keepData);
  });

  it.each([
    { why: "a schedule", document: UPDATED_DESKTOP, schedule: "30 3 * * 0" },
    { why: "none, where only a deployment brings a new image", document: desktopDocument(), schedule: null },
  ])("says when to look for a new image: $why", ({ document, schedule }) => {
    expect(planOf(document).desktop.lifecycle.updateSchedule).toBe(schedule);
  });

  it("prints CPU in cores", () => {
    const { resources } = fileOf();
    expect(resources.reserve).toEqual({ cpu: "1", memoryMiB: 3277, diskMiB: 13_108 });
    expect(resources.reconciliation.underPressure).toEqual([{ key: "agent", cpu: "1.125", memoryMiB: 768 }]);
  });

  it("is JSON as it is: nothing in it gets lost on the way to the file", () => {
    const { desktop } = planOf(WHOLE_DESKTOP);
    expect(JSON.parse(JSON.stringify(desktop))).toEqual(desktop);
  });
});
