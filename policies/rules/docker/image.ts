import { type Finding, violation } from "../finding.ts";

/** Findings about how an image is named: a digest, or a tag that isn't `latest`. */
export function imageFindings(property: string, image: string | null | undefined): readonly Finding[] {
  const name = image ?? "";
  const [tagged = "", digest] = name.split("@");
  const tag = tagged.split("/").at(-1)?.split(":")[1];
  if (digest !== undefined || name.startsWith("sha256:")) return [];
  if (tag !== undefined && tag !== "" && tag !== "latest") return [];
  return [
    violation({
      found:
        name === ""
          ? `${property} is empty`
          : `${property} is ${name}, ${tag === "latest" ? "the tag latest" : "without a tag"}`,
      allowed: "a digest (name@sha256:…) or an exact tag other than latest",
      mend: "name the version, best by its digest, so that two deployments run the same program",
    }),
  ];
}
