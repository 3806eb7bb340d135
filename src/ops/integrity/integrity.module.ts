import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module.js';
import { InstantRenewal } from '../../bookings/instant-renewal.service.js';
import { ConfigModule } from '../../config/config.module.js';
import type { Environment } from '../../config/environment.js';
import { DatabaseModule } from '../../database/database.module.js';
import { NotificationQueue } from '../../notifications/notification-queue.js';
import { OutboxModule } from '../../outbox/outbox.module.js';
import { IntegrityService } from './integrity.service.js';

/** The process that looks whether all is well, and renews the instants of bookings when it is told to. */
@Module({})
export class IntegrityModule {
  static with(environment: Environment): DynamicModule {
    return {
      module: IntegrityModule,
      imports: [AuditModule, ConfigModule.forRoot(environment), DatabaseModule, OutboxModule],
      providers: [InstantRenewal, NotificationQueue, IntegrityService],
    };
  }
}
