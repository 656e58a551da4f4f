/** The tenant of every request where no token says another one. */
export const DEFAULT_TENANT = "default";

/** What a tenant may be called, for messages. */
export const TENANT_NAME_ALLOWED = `1 to 64 letters, digits, "-" and "_", other than "${DEFAULT_TENANT}"`;

/** Whose things are meant: a tenant's, or, where it is known which user is, the user's alone. */
export interface Owner {
  readonly tenant: string;
  /** The user, or what else a tenant keeps apart by. */
  readonly resource?: string | undefined;
}

/** Stands between a tenant and a name of its own; no tenant has it in its name. */
const SEPARATOR = ":";

/** Longest name of a user, as of a resource. */
const USER_CHARACTERS = 200;

export function isTenantName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name) && name !== DEFAULT_TENANT;
}

/**
 * Whether a tenant's user may be called so: by what can be stored, and what stands for no other user where all tenants'
 * names lie together.
 */
export function isUserName(tenant: string, name: string): boolean {
  const isText = name.length > 0 && name.length <= USER_CHARACTERS && name.isWellFormed() && !name.includes("\0");
  return isText && !name.startsWith(tenant + SEPARATOR);
}

/** {@link ownedName} as an expression of SQL, of a tenant's and a name's. */
export function ownedNameOf(tenant: string, name: string): string {
  return `case when starts_with(${name}, ${tenant} || '${SEPARATOR}')
      or ${tenant} = '${DEFAULT_TENANT}' and strpos(${name}, '${SEPARATOR}') = 0
    then ${name} else ${tenant} || '${SEPARATOR}' || ${name} end`;
}

/**
 * What a tenant's resource or thread is called where all tenants' data lie together. No two tenants get the same name:
 * a tenant's names begin with it, and the default tenant's are as given unless they could be taken for another's.
 * A name that already is the tenant's own stays as it is, so that clients may send back what they were told.
 */
export function ownedName(tenant: string, name: string): string {
  const prefix = `${tenant}${SEPARATOR}`;
  if (name.startsWith(prefix)) return name;
  return tenant === DEFAULT_TENANT && !name.includes(SEPARATOR) ? name : `${prefix}${name}`;
}
