import { runDatabaseCommand } from "./database/command.ts";

await runDatabaseCommand("node src/restore.ts <file>", async (file, open) => {
  const { restoreBackup } = await import("./database/restore.ts");
  const { rows } = await restoreBackup(file, open);
  return `restored ${rows} rows from ${file}`;
});
