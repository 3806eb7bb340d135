import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiEnvironment } from '../config/api.environment.js';

/** Longer than any response takes. A request that has not arrived in full by then is cut off. */
const CLOSE_TIMEOUT_MS = 20_000;

/**
 * A graceful shutdown. The process keeps responding for a while but reports that it is going down, so that load
 * balancers switch to other processes before connections are refused. Responses ask clients not to reuse their
 * connections.
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

  /** The server closes next and waits for open requests. From then on Node no longer enforces its request timeouts. */
  beforeApplicationShutdown(): void {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    setTimeout(() => server?.closeAllConnections(), CLOSE_TIMEOUT_MS).unref();
  }
}
