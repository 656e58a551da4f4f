/** An address of a caller isn't used; the message says why, and never where the address led. */
export class AddressRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AddressRefused";
  }
}
