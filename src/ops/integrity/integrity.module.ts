import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module.js';
import { InstantRenewal } from '../../bookings/instant-renewal.service.js';
import { ConfigModule } from '../../config/config.module.js';
import { IntegrityEnvironment } from '../../config/integrity.environment.js';
import { DatabaseModule } from '../../database/database.module.js';
import { NotificationQueue } from '../../notifications/notification-queue.js';
import { Changes } from '../../outbox/changes.js';
import { Outbox } from '../../outbox/outbox.repository.js';
import { IntegrityService } from './integrity.service.js';

/** The program that checks integrity, and with `--renew-instants` renews the instants of bookings. */
@Module({})
export class IntegrityModule {
  static with(environment: IntegrityEnvironment): DynamicModule {
    return {
      module: IntegrityModule,
      imports: [AuditModule, ConfigModule.forRoot(IntegrityEnvironment, environment), DatabaseModule],
      // Not the whole OutboxModule: its counts of addresses need keys, which this program does not have.
      providers: [Changes, InstantRenewal, NotificationQueue, Outbox, IntegrityService],
    };
  }
}
