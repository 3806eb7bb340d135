import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Environment } from './test-environment.js';
import { createLogger, NestLogger } from '../../src/logging/logger.js';
import { Clock } from '../../src/time/clock.js';
import { WorkerModule } from '../../src/worker.module.js';

/**
 * Starts the worker as in production, within the test's process. Close it when done.
 *
 * @param clock the test's; by default the real one
 */
export async function startWorker(environment: Environment, clock?: Clock): Promise<INestApplicationContext> {
  const testing = Test.createTestingModule({ imports: [WorkerModule.with(environment)] });
  if (clock) testing.overrideProvider(Clock).useValue(clock);
  testing.setLogger(new NestLogger(createLogger(environment)));
  return (await testing.compile()).init();
}
