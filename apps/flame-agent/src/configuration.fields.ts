import { z } from "zod";

/** A value that is refused, told the same way everywhere: value, what is allowed, how to mend. */
export function refuse(
  context: z.RefinementCtx,
  value: string,
  allowed: string,
  fix = "correct it or leave it out",
): never {
  context.addIssue({ code: "custom", message: `"${value}" is refused; allowed: ${allowed}; fix: ${fix}` });
  return z.NEVER;
}

/** A whole number, written in digits. */
export function whole(range: { readonly min: number; readonly max: number }) {
  return z.string().transform((value, context) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= range.min && number <= range.max) return number;
    return refuse(context, value, `a whole number from ${range.min} to ${range.max}`);
  });
}

/** A number between the bounds, written with a point: `0.95`. */
export function fraction(range: { readonly min: number; readonly max: number }) {
  return z.string().transform((value, context) => {
    const number = Number(value);
    if (/^\d(\.\d+)?$/.test(value) && number >= range.min && number <= range.max) return number;
    return refuse(
      context,
      value,
      `a number from ${range.min} to ${range.max}, such as ${range.max === 1 ? "0.9" : range.max}`,
    );
  });
}

/** An amount of money: 0 or more, with a point. */
export function amount() {
  return z.string().transform((value, context) => {
    if (/^\d{1,9}(\.\d{1,9})?$/.test(value)) return Number(value);
    return refuse(context, value, "an amount such as 0.25, without a currency");
  });
}

/** Items with commas between them, each one read by `read`. */
export function list<Item>(item: string, read: (value: string, context: z.RefinementCtx) => Item) {
  return z.string().transform((value, context) => {
    if (value.trim() === "") return refuse(context, value, `${item}, or several with commas between them`);
    return value.split(",").map((one) => read(one.trim(), context));
  });
}

/** One of a few words. */
export function choice<const Choice extends string>(choices: readonly Choice[]) {
  return z.string().transform((value, context) => {
    const found = choices.find((one) => one === value);
    return found ?? refuse(context, value, choices.join(", "));
  });
}

/** Any text that isn't blank. */
export function text(allowed: string) {
  return z.string().transform((value, context) => (value.trim() === "" ? refuse(context, value, allowed) : value));
}

/** A secret: its value is never part of a message. */
export function secret({ minLength = 1 }: { readonly minLength?: number } = {}) {
  return z
    .string()
    .regex(/^[\x21-\x7e]*$/, {
      error: "has a character that is not visible ASCII; allowed: visible ASCII without spaces; fix: make a new secret",
    })
    .min(minLength, {
      error: `is too short; allowed: at least ${minLength} character${minLength === 1 ? "" : "s"}; fix: make a longer one, with openssl rand -hex 32 say`,
    });
}

/** The path of a file that holds a secret. */
export function secretFile() {
  return text("the path of a readable file");
}

/** `http(s)://…` without credentials, query or fragment; without a final slash. `keyVariable` is where a key belongs. */
export function webUrl({ keyVariable }: { readonly keyVariable: string }) {
  return z.string().transform((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) {
      return refuse(context, withoutPassword(value), "an http or https address without a query");
    }
    if (url.username || url.password) {
      return refuse(
        context,
        withoutPassword(value),
        "an address without credentials",
        `move the key to ${keyVariable}`,
      );
    }
    return withoutEndSlashes(value);
  });
}

/** An address that paths can be put behind. */
export function withoutEndSlashes(address: string): string {
  return address.replace(/(?<!\/)\/+$/, "");
}

/** `postgresql://user@host:port/name?sslmode=…`, without a password. */
export function databaseUrl() {
  return z.string().transform((value, context) => {
    const shown = withoutPassword(value);
    const url = URL.canParse(value) ? new URL(value) : undefined;
    const form = "postgresql://user@host:port/name, with ?sslmode=disable, require or verify-full if needed";
    if (url?.protocol !== "postgresql:" || !url.hostname || !url.username || !/^\/[^/]+$/.test(url.pathname)) {
      return refuse(context, shown, form);
    }
    if (url.password)
      return refuse(
        context,
        shown,
        "an address without a password",
        "move the password to FLAME_DATABASE_PASSWORD_FILE",
      );

    const { sslmode = "disable", ...others } = Object.fromEntries(url.searchParams);
    const tls = (["disable", "require", "verify-full"] as const).find((mode) => mode === sslmode);
    if (!tls || Object.keys(others).length > 0) return refuse(context, shown, form);
    return {
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? 5432 : Number(url.port),
      name: decodeURIComponent(url.pathname.slice(1)),
      user: decodeURIComponent(url.username),
      tls,
    };
  });
}

/** A path that no other route has. */
export function metricsPath() {
  return z.string().transform((value, context) => {
    const taken = /^\/(health|ready|turns|approvals|documents|outbox|api)(\/|$)/.test(value);
    if (/^(\/[A-Za-z0-9_.-]+)+$/.test(value) && !taken) return value;
    return refuse(context, value, "a path such as /metrics, that no other route begins with");
  });
}

/** Hides what stands between `user:` and `@`, also where the rest is no address. */
function withoutPassword(value: string): string {
  return value.replace(/^([a-z]+:\/\/[^:/@]*):.*@/i, "$1:…@");
}
