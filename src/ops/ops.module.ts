import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { NotificationQueue } from '../notifications/notification-queue.js';
import { DashboardGuard } from './dashboard.guard.js';
import { HealthController } from './health.controller.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsService } from './notifications.service.js';
import { ReadinessService } from './readiness.service.js';

/** What operators look at: health, the ledger, the queue dashboard. */
@Module({
  imports: [AuthModule],
  controllers: [HealthController, NotificationsController],
  providers: [DashboardGuard, NotificationQueue, NotificationsService, ReadinessService],
})
export class OpsModule {}
