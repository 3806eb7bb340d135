import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from '../auth/auth.module.js';
import { ClinicModule } from '../clinic/clinic.module.js';
import { DoctorsModule } from '../doctors/doctors.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { AppointmentType } from './appointment-type.entity.js';
import { AppointmentTypesController } from './appointment-types.controller.js';
import { AppointmentTypesService } from './appointment-types.service.js';
import { DoctorType } from './doctor-type.entity.js';
import { DoctorTypesController } from './doctor-types.controller.js';
import { DoctorTypesService } from './doctor-types.service.js';

/** What can be booked: appointment types, and what each doctor offers of them. */
@Module({
  imports: [
    AuthModule,
    ClinicModule,
    DoctorsModule,
    IdempotencyModule,
    OutboxModule,
    TypeOrmModule.forFeature([AppointmentType, DoctorType]),
  ],
  controllers: [AppointmentTypesController, DoctorTypesController],
  providers: [AppointmentTypesService, DoctorTypesService],
  exports: [AppointmentTypesService, DoctorTypesService],
})
export class AppointmentTypesModule {}
