import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { ConfigModule } from '../config/config.module.js';
import { ImportEnvironment } from '../config/import.environment.js';
import { DatabaseModule } from '../database/database.module.js';
import { Patient } from './patient.entity.js';
import { PatientImport } from './patient-import.service.js';
import { PatientEntryLock } from './patient-entry-lock.entity.js';
import { PatientName } from './patient-name.entity.js';

/** The program that imports patients. */
@Module({})
export class PatientImportModule {
  static with(environment: ImportEnvironment): DynamicModule {
    return {
      module: PatientImportModule,
      imports: [
        AuditModule,
        ConfigModule.forRoot(ImportEnvironment, environment),
        DatabaseModule,
        TypeOrmModule.forFeature([Patient, PatientEntryLock, PatientName]),
      ],
      providers: [PatientImport],
    };
  }
}
