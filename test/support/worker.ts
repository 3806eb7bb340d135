import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Environment } from '../../src/config/environment.js';
import { createLogger, NestLogger } from '../../src/config/logger.js';
import { Clock } from '../../src/time/clock.js';
import { WorkerModule } from '../../src/worker.module.js';

/** The worker as it runs in production, within the test; only the clock is the test's. Close it when done. */
export async function startWorker(environment: Environment, clock: Clock): Promise<INestApplicationContext> {
  const testing = await Test.createTestingModule({ imports: [WorkerModule.with(environment)] })
    .overrideProvider(Clock)
    .useValue(clock)
    .setLogger(new NestLogger(createLogger(environment)))
    .compile();
  return testing.init();
}
