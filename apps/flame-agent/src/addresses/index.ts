export { AddressRefused } from "./address-refused.ts";
export { addressesIn, type FoundAddress } from "./find-addresses.ts";
export { guardedFetch, type Network } from "./guarded-fetch.ts";
