import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule } from './config/config.module.js';
import { WorkerEnvironment } from './config/worker.environment.js';
import { DatabaseModule } from './database/database.module.js';
import { Retention } from './ops/retention/retention.js';
import { Sweeper } from './ops/sweeper.js';
import { NotificationsModule } from './notifications/notifications.module.js';

/** The worker process: sends the ledger's notifications to the mail server, and deletes old data. */
@Module({})
export class WorkerModule {
  static with(environment: WorkerEnvironment): DynamicModule {
    return {
      module: WorkerModule,
      imports: [ConfigModule.forRoot(WorkerEnvironment, environment), DatabaseModule, NotificationsModule],
      providers: [Retention, Sweeper],
    };
  }
}
