import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** Number of the file that the supervisor holds the other end of: it ends when the supervisor does, however that happens. */
const LIFELINE = 3;
/** How long the agent may drain after its supervisor is gone, in seconds; set by the supervisor. */
const graceSeconds = Number(process.env.BLUEPRINT_STOP_GRACE_SECONDS);

const lifeline = new Socket({ fd: LIFELINE, readable: true, writable: false });
const gone = Promise.withResolvers<void>();
lifeline.once("close", () => gone.resolve());
lifeline.on("error", () => gone.resolve());
lifeline.resume();

await gone.promise;
process.kill(process.pid, "SIGTERM");
await delay(graceSeconds * 1000);
process.kill(process.pid, "SIGKILL");
