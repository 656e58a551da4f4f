import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublicAddress } from "./public-address.ts";

describe("an address is public", () => {
  it.each(["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"])(
    "%s: yes",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ["loopback", "127.0.0.1"],
    ["the other end of loopback", "127.255.255.254"],
    ["this host", "0.0.0.0"],
    ["private", "10.1.2.3"],
    ["private", "172.31.255.255"],
    ["private", "192.168.0.1"],
    ["metadata of most clouds", "169.254.169.254"],
    ["metadata of ECS", "169.254.170.2"],
    ["metadata of Alibaba, a provider's own range", "100.100.100.200"],
    ["metadata of Oracle", "192.0.0.192"],
    ["Azure's platform", "168.63.129.16"],
    ["a benchmark's", "198.18.0.1"],
    ["multicast", "224.0.0.1"],
    ["everybody's", "255.255.255.255"],
    ["loopback of IPv6", "::1"],
    ["this host in IPv6", "::"],
    ["loopback in IPv6", "::ffff:127.0.0.1"],
    ["loopback in IPv6, in hexadecimal", "::ffff:7f00:1"],
    ["loopback in deprecated IPv6", "::127.0.0.1"],
    ["metadata through NAT64", "64:ff9b::a9fe:a9fe"],
    ["metadata through 6to4", "2002:a9fe:a9fe::1"],
    ["link-local of IPv6", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["metadata of EC2 in IPv6", "fd00:ec2::254"],
    ["site-local", "fec0::1"],
    ["no address", "localhost"],
    ["nothing", ""],
  ])("%s (%s): no", (_why, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it("never where it is in a private range, written as IPv4 or as IPv6", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const inside = fc.oneof(
      fc.tuple(fc.constantFrom(0, 10, 127), octet, octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
      fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
    );
    fc.assert(
      fc.property(inside, fc.constantFrom("", "::ffff:", "::"), (octets, before) => {
        expect(isPublicAddress(`${before}${octets.join(".")}`)).toBe(false);
      }),
    );
  });
});
