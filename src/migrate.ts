import { readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { migrate } from './database/migrate.js';

await start(async () => {
  const applied = await migrate(readEnvironment());
  console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.');
});
