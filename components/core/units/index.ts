export { Bytes, bytesBetween, formatBytes, mebibytes, toKiB, toMiB } from "./bytes.ts";
export { Cidr, contains, isPrivate } from "./cidr.ts";
export { Cpu, CpuLimit, formatCpu, type MilliCpu, milliCpu, toCores } from "./cpu.ts";
export { CronExpression, timesOf, toNumericCron, toSystemdCalendar } from "./cron.ts";
export { DurationSeconds, formatSeconds } from "./duration.ts";
export { ImageReference } from "./image-reference.ts";
export { Port, UnprivilegedPort } from "./port.ts";
export { SecretReference } from "./secret-reference.ts";
