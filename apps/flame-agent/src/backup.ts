import { runDatabaseCommand } from "./database/command.ts";

await runDatabaseCommand("node src/backup.ts <file>", async (file, open) => {
  const { writeBackup } = await import("./database/dump.ts");
  const database = await open();
  try {
    const { rows } = await writeBackup(database.pool, file);
    return `backed up ${rows} rows to ${file}`;
  } finally {
    await database.close();
  }
});
