import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { QueryFailedError } from 'typeorm';
import { InstantRenewal } from './bookings/instant-renewal.service.js';
import { IntegrityEnvironment } from './config/integrity.environment.js';
import { readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { isConnectionLost } from './database/mysql-errors.js';
import { IntegrityModule } from './ops/integrity/integrity.module.js';
import { IntegrityService } from './ops/integrity/integrity.service.js';
import { renewalSummary, renewalText } from './ops/integrity/renewal-text.js';
import { reportText } from './ops/integrity/report-text.js';

const USAGE = `Usage: node dist/integrity.js [--renew-instants]

Without an option, it checks that the stored data is consistent and changes nothing.
  --renew-instants  recompute the instants of future bookings from their date and time, by the current time zone data`;

// Anything but a clean report is a failure.
process.exitCode = 1;
const shouldRenew = readArguments();
if (shouldRenew !== undefined) await start(() => run(shouldRenew ? renewInstants : check));
// A failed start can leave connections open, which would keep the program running forever.
process.exit();

/** Whether to renew instants; undefined if the arguments are invalid. */
function readArguments(): boolean | undefined {
  try {
    const { values } = parseArgs({ options: { 'renew-instants': { type: 'boolean' } } });
    return values['renew-instants'] ?? false;
  } catch {
    console.error(USAGE);
    return undefined;
  }
}

async function run(work: (context: INestApplicationContext) => Promise<boolean>): Promise<void> {
  const environment = readEnvironment(IntegrityEnvironment);
  const context = await NestFactory.createApplicationContext(IntegrityModule.with(environment), {
    logger: false,
    abortOnError: false,
  });
  try {
    if (await work(context)) process.exitCode = 0;
  } catch (error) {
    if (!(error instanceof QueryFailedError) && !isConnectionLost(error)) throw error;
    console.error(
      `Clinica could not check everything in its database: ${(error as Error).message}. ` +
        'Check that it runs and that the migration has been run, then try again.',
    );
  } finally {
    await context.close();
  }
}

async function check(context: INestApplicationContext): Promise<boolean> {
  const report = await context.get(IntegrityService).check();
  console.log(reportText(report));
  return report.healthy;
}

async function renewInstants(context: INestApplicationContext): Promise<boolean> {
  const counts = { renewed: 0, left: 0 };
  for await (const renewal of context.get(InstantRenewal).renewAll()) {
    counts[renewal.is === 'renewed' ? 'renewed' : 'left'] += 1;
    console.log(renewalText(renewal));
  }
  console.log(renewalSummary(counts.renewed, counts.left));
  return counts.left === 0;
}
