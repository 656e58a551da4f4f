import { z } from "zod";

/** A TCP or UDP port number, 1 to 65535. */
export const Port = z.int().min(1).max(65_535);

/** A port that a process without privileges can open, 1024 to 65535. */
export const UnprivilegedPort = z.int().min(1024).max(65_535);
