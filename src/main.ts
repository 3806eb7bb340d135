import { readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { createApp } from './create-app.js';

await start(async () => {
  const environment = readEnvironment();
  const app = await createApp(environment);
  await app.listen({ port: environment.PORT, host: environment.HOST });
});
