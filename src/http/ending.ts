import { setTimeout as sleep } from 'node:timers/promises';
import { Global, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { Environment } from '../config/environment.js';

/**
 * Whether this process was asked to end. It goes on answering for a while then, and says that it ends, so that a
 * balancer turns to others before connections are refused; clients are asked not to use theirs again.
 */
@Injectable()
export class Ending implements OnModuleDestroy {
  isUnderWay = false;

  constructor(private readonly environment: Environment) {}

  async onModuleDestroy(): Promise<void> {
    this.isUnderWay = true;
    await sleep(this.environment.DRAIN_SECONDS * 1000);
  }
}

/** What every API process has once. */
@Global()
@Module({ providers: [Ending], exports: [Ending] })
export class HttpModule {}
