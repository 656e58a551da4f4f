import { z } from "zod";
import { CronExpression, ImageReference, refuse, versions } from "../../core/index.ts";
import { windowsThatMeet } from "./schedule.windows.ts";

/** A time zone by its name, as both Kubernetes and JavaScript know it. */
const TimeZone = z
  .string()
  .refine(isTimeZone, "a time zone by its name in the IANA database, such as UTC or Europe/Berlin");

/** Part of an object's name, of which Kubernetes takes 52 characters in all. */
const WindowName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,14}[a-z0-9])?$/, "lower-case letters, digits and inner hyphens, at most 16");

const Window = z.strictObject({
  start: CronExpression.meta({ description: "When it begins, as cron writes it.", example: "0 7 * * 1-5" }),
  end: CronExpression.meta({ description: "When it ends, as cron writes it.", example: "0 19 * * 1-5" }),
  replicas: z.int().min(1).max(1000).meta({
    description: "Fewest replicas from its beginning to its end; more than scaling.replicas.min.",
    unit: "replicas",
    example: 2,
  }),
});

/** Times in which more replicas are kept ready than the load asks for. */
export const ScalingSchedule = z
  .strictObject({
    timeZone: TimeZone.prefault("UTC").meta({
      description: "Time zone of the windows, which follow its summer time.",
      example: "Europe/Berlin",
    }),
    image: ImageReference.prefault(versions.images.kubectl).meta({
      description: "Image with kubectl, which tells the autoscaler of each beginning and end.",
    }),
    windows: z
      .record(WindowName, Window)
      .prefault({})
      .meta({
        description: "Windows by their names, each over before the next begins.",
        example: { "office-hours": { start: "0 7 * * 1-5", end: "0 19 * * 1-5", replicas: 2 } },
      }),
  })
  .prefault({})
  .superRefine(({ windows }, context) => {
    for (const { name, allowed, mend } of windowsThatMeet(windows)) {
      refuse(context, { path: ["windows", name, "start"], allowed, mend });
    }
  });

export type ScalingSchedule = z.output<typeof ScalingSchedule>;

function isTimeZone(name: string): boolean {
  // An offset such as +01:00 is a zone to JavaScript and none to Kubernetes.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
