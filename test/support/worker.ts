import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Environment } from './test-environment.js';
import { createLogger, NestLogger } from '../../src/logging/logger.js';
import { Clock } from '../../src/time/clock.js';
import { WorkerModule } from '../../src/worker.module.js';

/**
 * The worker as it runs in production, within the test. Close it when done.
 *
 * @param clock the test's; without it time is what it is
 */
export async function startWorker(environment: Environment, clock?: Clock): Promise<INestApplicationContext> {
  const testing = Test.createTestingModule({ imports: [WorkerModule.with(environment)] });
  if (clock) testing.overrideProvider(Clock).useValue(clock);
  testing.setLogger(new NestLogger(createLogger(environment)));
  return (await testing.compile()).init();
}
