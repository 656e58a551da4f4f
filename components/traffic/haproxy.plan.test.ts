import { describe, expect, it } from "vitest";
import { haproxyConfiguration, type ProxyRoute } from "./haproxy.plan.ts";

const ROUTE: ProxyRoute = {
  name: "agent",
  bind: "*:8080",
  certificate: undefined,
  target: "flame-staging-agent",
  targetPort: 4111,
  replicasMax: 8,
  readyPath: "/ready",
  checkIntervalSeconds: 2,
  maxConnections: 2000,
  timeoutSeconds: 185,
  drainSeconds: 185,
  nameServer: "127.0.0.11",
};

const lines = (changes: Partial<ProxyRoute> = {}) =>
  haproxyConfiguration({ ...ROUTE, ...changes })
    .split("\n")
    .map((line) => line.trim());

describe("the proxy's configuration", () => {
  it("waits for a silent turn as long as a turn may take, on both sides", () => {
    expect(lines({ timeoutSeconds: 605 })).toEqual(
      expect.arrayContaining(["timeout client 605s", "timeout server 605s"]),
    );
  });

  it("lets a replaced process end its streams", () => {
    expect(lines({ drainSeconds: 605 })).toContain("hard-stop-after 605s");
  });

  it("has room for every replica at once and finds them by name", () => {
    expect(lines({ replicasMax: 24 })).toContain(
      "server-template agent 1-32 flame-staging-agent:4111 check inter 2s fall 5 rise 1",
    );
    expect(lines()).toContain("nameserver engine 127.0.0.11:53");
  });

  it("sends a turn that a draining agent refused to another one, and nothing that an agent has begun", () => {
    expect(lines()).toContain("retry-on conn-failure 503");
  });

  it("asks each backend for its own agents before it sends anything there", () => {
    const routes = lines().filter((line) => line.startsWith("use_backend") && line.includes("nbsrv"));
    expect(routes.map((line) => /use_backend (\S+) .*nbsrv\((\S+)\)/.exec(line)?.slice(1))).toEqual([
      ["agent-reads", "agent-reads"],
      ["agent-turns", "agent-turns"],
    ]);
  });

  it("never buffers: a stream's parts leave as they come", () => {
    expect(lines()).toContain("option http-no-delay");
    expect(lines().filter((line) => line.includes("buffer-request") || line.includes("shutdown-sessions"))).toEqual([]);
  });

  it.each([
    { why: "plain", certificate: undefined, bind: "bind *:8080" },
    { why: "encrypted", certificate: "/etc/a.pem", bind: "bind *:8080 ssl crt /etc/a.pem alpn h2,http/1.1" },
  ])("listens $why", ({ certificate, bind }) => {
    expect(lines({ certificate })).toContain(bind);
  });
});
