import { AuthModule } from '../auth/auth.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DoctorsModule } from '../doctors/doctors.module.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { BookableTimes } from './bookable-times.js';
import { BookingEntity } from './booking.entity.js';
import { BookingListReader } from './booking-list.reader.js';
import { BookingListsService } from './booking-lists.service.js';
import { BookingTransaction } from './booking-transaction.js';
import { BookingsController } from './bookings.controller.js';
import { BookingsService } from './bookings.service.js';
import { ReschedulingService } from './rescheduling.service.js';
import { CancellationService } from './cancellation.service.js';
import { PatientsModule } from '../patients/patients.module.js';
import { StatusService } from './status.service.js';
import { BookingStatusController } from './booking-status.controller.js';
import { TimeZoneChanges } from './time-zone-changes.js';
import { PageEnds } from './page-ends.js';

/** Books, reschedules, cancels and lists appointments. */
@Module({
  imports: [
    AuditModule,
    AuthModule,
    DoctorsModule,
    IdempotencyModule,
    OutboxModule,
    PatientsModule,
    TypeOrmModule.forFeature([BookingEntity]),
  ],
  controllers: [BookingsController, BookingStatusController],
  providers: [
    BookableTimes,
    BookingListReader,
    BookingListsService,
    BookingsService,
    BookingTransaction,
    CancellationService,
    PageEnds,
    ReschedulingService,
    StatusService,
    TimeZoneChanges,
  ],
  exports: [BookingsService, CancellationService],
})
export class BookingsModule {}
