import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule } from '../../config/config.module.js';
import type { Environment } from '../../config/environment.js';
import { DatabaseModule } from '../../database/database.module.js';
import { NotificationQueue } from '../../notifications/notification-queue.js';
import { OutboxModule } from '../../outbox/outbox.module.js';
import { IntegrityService } from './integrity.service.js';

/** The process that only looks whether all is well. */
@Module({})
export class IntegrityModule {
  static with(environment: Environment): DynamicModule {
    return {
      module: IntegrityModule,
      imports: [ConfigModule.forRoot(environment), DatabaseModule, OutboxModule],
      providers: [NotificationQueue, IntegrityService],
    };
  }
}
