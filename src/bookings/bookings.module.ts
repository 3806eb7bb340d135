import { AuthModule } from '../auth/auth.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DoctorsModule } from '../doctors/doctors.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { BookableTimes } from './bookable-times.js';
import { BookingEntity } from './booking.entity.js';
import { PatientSchedule } from './patient-schedule.entity.js';
import { BookingListReader } from './booking-list.reader.js';
import { BookingListsController } from './booking-lists.controller.js';
import { BookingListsService } from './booking-lists.service.js';
import { BookingEventsService } from './booking-events.service.js';
import { BookingSearchController } from './booking-search.controller.js';
import { BookingSearchReader } from './booking-search.reader.js';
import { BookingSearchService } from './booking-search.service.js';
import { BookingTransaction } from './booking-transaction.js';
import { BookingsController } from './bookings.controller.js';
import { BookingsService } from './bookings.service.js';
import { ReschedulingService } from './rescheduling.service.js';
import { CancellationService } from './cancellation.service.js';
import { PatientsModule } from '../patients/patients.module.js';
import { StatusService } from './status.service.js';
import { BookingStatusController } from './booking-status.controller.js';
import { AnyDoctor } from './times/any-doctor.js';
import { ExplanationController } from './times/explanation.controller.js';
import { ExplanationService } from './times/explanation.service.js';
import { FreeTimes } from './times/free-times.js';
import { InTheWayReader } from './times/in-the-way.reader.js';
import { TimesController } from './times/times.controller.js';
import { TimesService } from './times/times.service.js';
import { TimeZoneChanges } from './time-zone-changes.js';
import { DeskController } from './desk.controller.js';
import { DeskDayReader } from './desk-day.reader.js';
import { DeskDayService } from './desk-day.service.js';
import { ManagedPatients } from './managed-patients.service.js';
import { PageEnds } from './page-ends.js';
import { PatientAcceptance } from './patient-acceptance.service.js';
import { PatientBookingsErasure } from './patient-bookings-erasure.service.js';
import { PatientMergeController } from './patient-merge.controller.js';
import { PatientMerge } from './patient-merge.service.js';

/** Books, reschedules, cancels and lists appointments. */
@Module({
  imports: [
    AuditModule,
    AuthModule,
    DoctorsModule,
    IdempotencyModule,
    OutboxModule,
    PatientsModule,
    TypeOrmModule.forFeature([BookingEntity, PatientSchedule]),
  ],
  controllers: [
    BookingListsController,
    BookingsController,
    BookingSearchController,
    BookingStatusController,
    DeskController,
    ExplanationController,
    PatientMergeController,
    TimesController,
  ],
  providers: [
    AnyDoctor,
    BookableTimes,
    BookingEventsService,
    BookingListReader,
    BookingListsService,
    BookingSearchReader,
    BookingSearchService,
    BookingsService,
    BookingTransaction,
    CancellationService,
    DeskDayReader,
    DeskDayService,
    ExplanationService,
    FreeTimes,
    InTheWayReader,
    ManagedPatients,
    PageEnds,
    PatientAcceptance,
    PatientBookingsErasure,
    PatientMerge,
    ReschedulingService,
    StatusService,
    TimeZoneChanges,
    TimesService,
  ],
  exports: [BookingsService, CancellationService, ManagedPatients, PatientBookingsErasure],
})
export class BookingsModule {}
