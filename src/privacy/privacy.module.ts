import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { BookingsModule } from '../bookings/bookings.module.js';
import { ErasedPatients } from './erased-patients.service.js';
import { ErasureService } from './erasure.service.js';
import { ExportService } from './export.service.js';
import { PatientErasure } from './patient-erasure.service.js';
import { PatientPrivacyController } from './patient-privacy.controller.js';
import { PrivacyController } from './privacy.controller.js';
import { RunningExports } from './running-exports.js';

/** Export and erasure of personal data. */
@Module({
  imports: [AuditModule, AuthModule, BookingsModule, IdempotencyModule, OutboxModule],
  controllers: [PatientPrivacyController, PrivacyController],
  providers: [ErasedPatients, ErasureService, ExportService, PatientErasure, RunningExports],
})
export class PrivacyModule {}
