import { Global, Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { OutboxEnvironment } from '../config/outbox.environment.js';
import { FAIL_FAST, redisOptions } from './redis.js';

/** The shared connection for counters and health checks. It fails fast while Redis is unavailable. */
@Injectable()
export class RedisClient extends Redis implements OnApplicationShutdown {
  constructor(environment: OutboxEnvironment) {
    super({ ...redisOptions(environment), ...FAIL_FAST });
    const logger = new Logger('Redis');
    let isDown = false;
    this.on('error', () => {
      if (!isDown) logger.warn('Redis does not respond; continuing without it');
      isDown = true;
    });
    this.on('ready', () => {
      if (isDown) logger.log('Redis responds again');
      isDown = false;
    });
  }

  onApplicationShutdown(): void {
    this.disconnect();
  }
}

@Global()
@Module({ providers: [RedisClient], exports: [RedisClient] })
export class RedisModule {}
