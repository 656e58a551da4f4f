import { runDatabaseCommand } from "./database/command.ts";
import { restoreBackup } from "./database/restore.ts";

await runDatabaseCommand("node src/restore.ts <file>", async (file, open) => {
  const { rows } = await restoreBackup(file, open);
  return `restored ${rows} rows from ${file}`;
});
