import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { OwnAddresses } from './own-addresses.js';
import { PatientGuardian } from './patient-guardian.entity.js';
import { PatientName } from './patient-name.entity.js';
import { Patient } from './patient.entity.js';
import { SelfPatients } from './self-patients.js';

/** The people who are treated, with or without an account. */
@Module({
  imports: [AuthModule, TypeOrmModule.forFeature([Patient, PatientGuardian, PatientName])],
  providers: [OwnAddresses, SelfPatients],
})
export class PatientsModule {}
