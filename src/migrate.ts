import { DatabaseEnvironment } from './config/database.environment.js';
import { readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { migrate } from './database/migrate.js';
import { migrationText } from './database/migration-text.js';

await start(async () => {
  console.log(migrationText(await migrate(readEnvironment(DatabaseEnvironment))));
});
