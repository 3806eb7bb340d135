import { DatabaseEnvironment } from './config/database.environment.js';
import { readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { migrate } from './database/migrate.js';

await start(async () => {
  const applied = await migrate(readEnvironment(DatabaseEnvironment));
  console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.');
});
