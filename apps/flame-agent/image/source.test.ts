import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sourceDigest } from "./source.ts";

describe("the digest of an image's sources", () => {
  let root: string;
  const write = (path: string, text: string) => writeFileSync(join(root, path), text);
  const digest = () => sourceDigest(root, join(root, "app"));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "flame-source-"));
    for (const folder of ["app/src/testing", "app/image"]) mkdirSync(join(root, folder), { recursive: true });
    write("package-lock.json", "{}");
    write("app/package.json", "{}");
    write("app/Containerfile", "FROM a");
    write("app/src/main.ts", "1");
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it("is the same for the same sources", () => {
    expect(digest()).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digest()).toBe(digest());
  });

  it.each([
    { what: "a source", path: "app/src/main.ts" },
    { what: "a new source", path: "app/src/other.ts" },
    { what: "how it is built", path: "app/image/build.ts" },
    { what: "its Containerfile", path: "app/Containerfile" },
    { what: "the version of a package", path: "package-lock.json" },
  ])("changes with $what", ({ path }) => {
    const before = digest();
    write(path, "changed");
    expect(digest()).not.toBe(before);
  });

  it.each(["app/src/main.test.ts", "app/src/testing/start.ts"])("doesn't change with %s, which isn't in it", (path) => {
    const before = digest();
    write(path, "changed");
    expect(digest()).toBe(before);
  });
});
