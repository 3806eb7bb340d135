import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { DetailsService } from './details.service.js';
import { NewPatients } from './new-patients.service.js';
import { OwnAddresses } from './own-addresses.js';
import { PatientEntryLock } from './patient-entry-lock.entity.js';
import { PatientGuardian } from './patient-guardian.entity.js';
import { PatientName } from './patient-name.entity.js';
import { Patient } from './patient.entity.js';
import { PatientInvitationsController } from './patient-invitations.controller.js';
import { PatientInvitations } from './patient-invitations.service.js';
import { PatientSearch } from './patient-search.service.js';
import { PatientsController } from './patients.controller.js';
import { PatientsService } from './patients.service.js';
import { SelfPatients } from './self-patients.js';

/** The people who are treated, with or without an account. */
@Module({
  imports: [
    AuditModule,
    AuthModule,
    IdempotencyModule,
    OutboxModule,
    TypeOrmModule.forFeature([Patient, PatientEntryLock, PatientGuardian, PatientName]),
  ],
  controllers: [PatientInvitationsController, PatientsController],
  providers: [
    DetailsService,
    NewPatients,
    OwnAddresses,
    PatientInvitations,
    PatientSearch,
    PatientsService,
    SelfPatients,
  ],
  exports: [NewPatients, PatientsService],
})
export class PatientsModule {}
