import { Logger } from '@nestjs/common';
import { unsafeAdminPassword } from './auth/passwords/unsafe-admin-password.js';
import { ApiEnvironment } from './config/api.environment.js';
import { processEnvironment, readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { createApp } from './create-app.js';
import { zoneDataText } from './time/zone-data.js';

await start(async () => {
  const environment = readEnvironment(ApiEnvironment, processEnvironment(), unsafeAdminPassword);
  const app = await createApp(environment);
  new Logger('Time').log(zoneDataText());
  await app.listen({ port: environment.PORT, host: environment.HOST });
});
