import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createLogger, NestLogger } from './logging/logger.js';
import { readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { WorkerEnvironment } from './config/worker.environment.js';
import { zoneDataText } from './time/zone-data.js';
import { WorkerModule } from './worker.module.js';

await start(async () => {
  const environment = readEnvironment(WorkerEnvironment);
  const worker = await NestFactory.createApplicationContext(WorkerModule.with(environment), {
    logger: new NestLogger(createLogger(environment)),
    abortOnError: false,
  });
  new Logger('Time').log(zoneDataText());
  worker.enableShutdownHooks([], { useProcessExit: true });
});
