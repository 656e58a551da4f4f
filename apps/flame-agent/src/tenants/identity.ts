/** What a request's credentials say. */
export type Identity =
  /** `user`: the tenant's user that asks; undefined: whoever asks speaks for all of them. */
  | { readonly kind: "tenant"; readonly tenant: string; readonly user?: string | undefined }
  | { readonly kind: "refused" }
  /** The keys of signed tokens can't be had at the moment: nobody knows whether the token is right. */
  | { readonly kind: "unknown" };

/** Says whose the bearer token is; `undefined` stands for a request without one. */
export type Authenticate = (token: string | undefined) => Promise<Identity>;
