import { describe, expect, it } from "vitest";
import { FINDINGS, reportFixture } from "../../testing/report.ts";
import { renderPage } from "./page.ts";

const page = renderPage(reportFixture({ findings: FINDINGS }));

describe("the report's page", () => {
  it("loads nothing and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\((?!#)|\bsrc=|href=/);
  });

  it("is the same for the same plan, however long it took", () => {
    expect(renderPage({ ...reportFixture({ findings: FINDINGS }), seconds: 9 })).toBe(page);
  });

  it("says in words what the picture shows", () => {
    expect(/<desc [^>]*>(.*?)<\/desc>/s.exec(page)?.[1]).toBe(
      "On network flame-dev, 10.89.42.0/24: agent. Desktop app reaches 127.0.0.1:4111. " +
        "127.0.0.1:4111 reaches agent. agent reaches flame-dev-data.",
    );
    expect(page).toMatch(/<svg [^>]*role="img" aria-labelledby="picture-title picture-description"/);
  });

  it("gives every table a head and every row a heading", () => {
    const tables = [...page.matchAll(/<table>(.*?)<\/table>/gs)].map(([, table = ""]) => table);
    expect(tables).toHaveLength(5);
    for (const table of tables) {
      expect(table).toMatch(/<thead><tr><th scope="col"/);
      for (const [row] of table.matchAll(/<tr.*?<\/tr>/gs)) expect(row).toContain('scope="');
    }
  });

  it("closes what it opens", () => {
    const open: string[] = [];
    for (const [, slash, name = "", , self] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s[^>]*?)?)(\/?)>/gi)) {
      if (self === "/" || ["meta", "br"].includes(name)) continue;
      if (slash === "/") expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it("lets no text become markup", () => {
    const found = `"><script>alert('x')</script>&`;
    const finding = { policy: "p", weight: "failed", resource: undefined, found, mend: undefined } as const;
    const hostile = renderPage(reportFixture({ findings: [finding] }));
    expect(hostile).toContain("&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#38;");
    expect(hostile).not.toContain("<script");
  });

  it("draws what a container reaches and waits for", () => {
    const settings = {
      agent: {
        database: { kind: "postgresql" },
        volumes: [{ hostPath: "/srv/flame/documents", containerPath: "/documents" }],
      },
      containers: {
        cache: {
          image: "registry.example/team/cache:7.4.1",
          healthCheck: { command: ["ping"] },
          resources: { limits: { cpu: "0.5" } },
        },
      },
      resources: { host: { cpu: "8" }, engine: { cpu: "6" } },
    };
    const words = /<desc [^>]*>(.*?)<\/desc>/s.exec(renderPage(reportFixture({ settings })))?.[1];
    expect(words).toContain("agent reaches /srv/flame/documents.");
    expect(words).toContain("agent starts after database.");
    expect(words).toContain("database reaches flame-dev-postgresql.");
    expect(words).toContain("cache");
  });
});
