import { createRequire, enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";

/**
 * The child process of a policy pack: loads the folder that it is given, as the engine's own pack runner does. The pack
 * prints its port. When the parent goes away, however it goes, this process ends.
 */
process.once("disconnect", () => process.exit());
enableCompileCache();
const [folder = "."] = process.argv.slice(2);
process.chdir(folder);
await createRequire(join(folder, "package.json"))(folder);
// The parent ends this process without a warning, so what was compiled is written now: the next start is faster.
flushCompileCache();
