import { isAbsolute, relative, resolve } from "node:path";
import { Refused } from "./refused.ts";

/** The absolute path of what is named below a folder. Throws a `Refused` where it leads out of it. */
export function pathInside(folder: string, path: string, option: string): string {
  const target = resolve(folder, path);
  const way = relative(folder, target);
  if (way !== ".." && !way.startsWith("../") && !isAbsolute(way)) return target;
  throw new Refused({
    place: option,
    given: path,
    allowed: `a path inside ${folder}`,
    mend: "name one inside it, and copy from there",
  });
}
