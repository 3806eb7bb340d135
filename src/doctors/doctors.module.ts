import { AuditModule } from '../audit/audit.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { Doctor } from './doctor.entity.js';
import { DoctorChanges } from './doctor-changes.service.js';
import { DoctorsController } from './doctors.controller.js';
import { DoctorsService } from './doctors.service.js';

/** The doctors' profiles. */
@Module({
  imports: [AuditModule, AuthModule, IdempotencyModule, OutboxModule, TypeOrmModule.forFeature([Doctor])],
  controllers: [DoctorsController],
  providers: [DoctorChanges, DoctorsService],
  exports: [DoctorChanges, DoctorsService],
})
export class DoctorsModule {}
