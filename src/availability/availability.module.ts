import { AppointmentTypesModule } from '../appointment-types/appointment-types.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DoctorsModule } from '../doctors/doctors.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { AvailabilityController } from './availability.controller.js';
import { AvailabilityException } from './availability-exception.entity.js';
import { AvailabilityService } from './availability.service.js';
import { AvailabilityWindow } from './availability-window.entity.js';
import { DoctorDay } from './doctor-day.entity.js';
import { DoctorSchedule } from './doctor-schedule.entity.js';
import { ExceptionsController } from './exceptions.controller.js';
import { ExceptionsService } from './exceptions.service.js';
import { HoursOwner } from './hours-owner.js';

/** When doctors can be booked: weekly windows, and exceptions to them. */
@Module({
  imports: [
    AppointmentTypesModule,
    AuditModule,
    OutboxModule,
    DoctorsModule,
    IdempotencyModule,
    TypeOrmModule.forFeature([AvailabilityWindow, AvailabilityException, DoctorDay, DoctorSchedule]),
  ],
  controllers: [AvailabilityController, ExceptionsController],
  providers: [AvailabilityService, ExceptionsService, HoursOwner],
  exports: [AvailabilityService],
})
export class AvailabilityModule {}
