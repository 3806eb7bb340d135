import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Global,
  Injectable,
  Module,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiEnvironment } from '../config/api.environment.js';

/** No answer takes longer. Who has not even asked in full by then is not waited for. */
const LONGEST_FAREWELL_MS = 20_000;

/**
 * Whether this process was asked to end. It goes on answering for a while then, and says that it ends, so that a
 * balancer turns to others before connections are refused; clients are asked not to use theirs again.
 */
@Injectable()
export class Shutdown implements OnModuleDestroy, BeforeApplicationShutdown {
  isUnderWay = false;

  constructor(
    private readonly environment: ApiEnvironment,
    private readonly host: HttpAdapterHost,
  ) {}

  async onModuleDestroy(): Promise<void> {
    this.isUnderWay = true;
    await sleep(this.environment.DRAIN_SECONDS * 1000);
  }

  /** The server closes next, and waits for what is under way. From then on Node itself looks for slow clients no more. */
  beforeApplicationShutdown(): void {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    setTimeout(() => server?.closeAllConnections(), LONGEST_FAREWELL_MS).unref();
  }
}

/** What every API process has once. */
@Global()
@Module({ providers: [Shutdown], exports: [Shutdown] })
export class HttpModule {}
