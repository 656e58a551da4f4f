/** How an environment is brought up. */
export type Way = "pulumi" | "embedded";

/** What was found on the machine; a reason where something isn't there. */
export interface Found {
  readonly engine: Present;
  readonly pulumi: Present;
}

type Present =
  | { readonly kind: "there"; readonly what: string }
  | { readonly kind: "missing" | "broken"; readonly why: string };

export type WayChoice =
  | { readonly kind: "chosen"; readonly way: Way; readonly why: string }
  | { readonly kind: "impossible"; readonly why: string };

/** Chooses the way: containers where both an engine and Pulumi are there, else the agent as a process. */
export function chooseWay(asked: Way | "auto", { engine, pulumi }: Found): WayChoice {
  if (asked === "embedded") return { kind: "chosen", way: "embedded", why: "--way embedded asks for it" };
  const missing = [engine, pulumi].flatMap((one) => (one.kind === "there" ? [] : [one.why]));
  if (engine.kind === "there" && pulumi.kind === "there") {
    return { kind: "chosen", way: "pulumi", why: `${engine.what} answers, and there is ${pulumi.what}` };
  }
  const why = missing.join("; ");
  return asked === "pulumi" ? { kind: "impossible", why } : { kind: "chosen", way: "embedded", why };
}
