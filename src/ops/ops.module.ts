import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AuditModule } from '../audit/audit.module.js';
import { AuditService } from '../audit/audit.service.js';
import { AuthModule } from '../auth/auth.module.js';
import { AdminAuthentication } from '../http/admin-authentication.js';
import { NotificationQueue } from '../notifications/notification-queue.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { AuditController } from './audit.controller.js';
import { DashboardGuard } from './dashboard.guard.js';
import { DashboardTrail } from './dashboard-trail.js';
import { HealthController } from './health.controller.js';
import { IntegrityController } from './integrity/integrity.controller.js';
import { IntegrityService } from './integrity/integrity.service.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsService } from './notifications.service.js';
import { ReadinessService } from './readiness.service.js';

/** For operators: health, integrity, the ledger, events and the queue dashboard. */
@Module({
  imports: [AuditModule, AuthModule, IdempotencyModule, OutboxModule, TerminusModule],
  controllers: [AuditController, HealthController, IntegrityController, NotificationsController],
  providers: [
    AuditService,
    DashboardGuard,
    DashboardTrail,
    { provide: AdminAuthentication, useExisting: DashboardGuard },
    IntegrityService,
    NotificationQueue,
    NotificationsService,
    ReadinessService,
  ],
})
export class OpsModule {}
