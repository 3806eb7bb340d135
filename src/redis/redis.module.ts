import { Global, Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { OutboxEnvironment } from '../config/outbox.environment.js';
import { FAIL_FAST, redisOptions } from './redis.js';

/** The shared connection for counters and health checks: it fails fast while Redis is away. */
@Injectable()
export class RedisClient extends Redis implements OnApplicationShutdown {
  constructor(environment: OutboxEnvironment) {
    super({ ...redisOptions(environment), ...FAIL_FAST });
    const logger = new Logger('Redis');
    let away = false;
    this.on('error', () => {
      if (!away) logger.warn('Redis does not answer; going on without it');
      away = true;
    });
    this.on('ready', () => {
      if (away) logger.log('Redis answers again');
      away = false;
    });
  }

  onApplicationShutdown(): void {
    this.disconnect();
  }
}

@Global()
@Module({ providers: [RedisClient], exports: [RedisClient] })
export class RedisModule {}
