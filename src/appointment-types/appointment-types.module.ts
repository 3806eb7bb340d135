import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppointmentType } from './appointment-type.entity.js';
import { DoctorType } from './doctor-type.entity.js';

/** What can be booked: appointment types, and what each doctor offers of them. */
@Module({
  imports: [TypeOrmModule.forFeature([AppointmentType, DoctorType])],
})
export class AppointmentTypesModule {}
