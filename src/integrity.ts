import { NestFactory } from '@nestjs/core';
import { QueryFailedError } from 'typeorm';
import { processEnvironment, readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { isConnectionLost } from './database/mysql-errors.js';
import { integrityVariables } from './ops/integrity/integrity.environment.js';
import { IntegrityModule } from './ops/integrity/integrity.module.js';
import { IntegrityService } from './ops/integrity/integrity.service.js';
import { reportText } from './ops/integrity/report-text.js';

await start(async () => {
  const environment = readEnvironment(integrityVariables(processEnvironment()));
  const context = await NestFactory.createApplicationContext(IntegrityModule.with(environment), {
    logger: false,
    abortOnError: false,
  });
  // Anything but a clean report is a failure.
  process.exitCode = 1;
  try {
    const report = await context.get(IntegrityService).check();
    console.log(reportText(report));
    if (report.healthy) process.exitCode = 0;
  } catch (error) {
    if (!(error instanceof QueryFailedError) && !isConnectionLost(error)) throw error;
    console.error(
      `Clinica could not look at everything in its database: ${(error as Error).message}. ` +
        'See that it runs and that the migration has been run, then look again.',
    );
  } finally {
    await context.close();
  }
});
// A start that failed half-way leaves connections behind, which would keep the program for ever.
process.exit();
