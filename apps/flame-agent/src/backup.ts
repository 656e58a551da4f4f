import { runDatabaseCommand } from "./database/command.ts";
import { writeBackup } from "./database/dump.ts";

await runDatabaseCommand("node src/backup.ts <file>", async (file, open) => {
  const database = await open();
  try {
    const { rows } = await writeBackup(database.pool, file);
    return `backed up ${rows} rows to ${file}`;
  } finally {
    await database.close();
  }
});
