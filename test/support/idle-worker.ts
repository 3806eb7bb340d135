import type { TestingModule } from '@nestjs/testing';
import { Test } from '@nestjs/testing';
import type { Environment } from './test-environment.js';
import { createLogger, NestLogger } from '../../src/logging/logger.js';
import { Clock } from '../../src/time/clock.js';
import { WorkerModule } from '../../src/worker.module.js';

/** The parts of a worker, none of which runs by itself: the test triggers each step. Close it when done. */
export function idleWorker(environment: Environment, clock: Clock): Promise<TestingModule> {
  return Test.createTestingModule({ imports: [WorkerModule.with(environment)] })
    .overrideProvider(Clock)
    .useValue(clock)
    .setLogger(new NestLogger(createLogger(environment)))
    .compile();
}
