import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { ClinicController } from './clinic.controller.js';
import { ClinicService } from './clinic.service.js';
import { ClinicSettings } from './clinic-settings.entity.js';

/** The clinic's own settings. */
@Module({
  imports: [AuthModule, IdempotencyModule, OutboxModule, TypeOrmModule.forFeature([ClinicSettings])],
  controllers: [ClinicController],
  providers: [ClinicService],
  exports: [ClinicService],
})
export class ClinicModule {}
