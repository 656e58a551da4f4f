import { fileURLToPath } from "node:url";
import { build, type PreviewServer, preview } from "vite";

const ROOT = fileURLToPath(new URL(".", import.meta.url));

/** Builds the page into the folder and serves it from there. Resolves with the server and its origin. */
export async function servePage(folder: string): Promise<{ readonly server: PreviewServer; readonly origin: string }> {
  const shared = { root: ROOT, configFile: false as const, logLevel: "error" as const };
  await build({ ...shared, build: { outDir: folder, emptyOutDir: true } });
  const server = await preview({
    ...shared,
    build: { outDir: folder },
    preview: { host: "127.0.0.1", port: 0 },
  });
  const address = server.httpServer.address();
  if (typeof address !== "object" || !address) throw new Error("The page's server has no port");
  return { server, origin: `http://127.0.0.1:${address.port}` };
}
