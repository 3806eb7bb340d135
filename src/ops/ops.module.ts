import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { NotificationQueue } from '../notifications/notification-queue.js';
import { DashboardGuard } from './dashboard.guard.js';
import { HealthController } from './health.controller.js';
import { IntegrityController } from './integrity/integrity.controller.js';
import { IntegrityService } from './integrity/integrity.service.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsService } from './notifications.service.js';
import { ReadinessService } from './readiness.service.js';

/** What operators look at: health, integrity, the ledger, the queue dashboard. */
@Module({
  imports: [AuthModule],
  controllers: [HealthController, IntegrityController, NotificationsController],
  providers: [DashboardGuard, IntegrityService, NotificationQueue, NotificationsService, ReadinessService],
})
export class OpsModule {}
