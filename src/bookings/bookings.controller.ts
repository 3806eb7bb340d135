import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RULE_CODES } from '../availability/rules/rules-in-order.js';
import type { FastifyReply } from 'fastify';
import { ADMIN_WITHOUT_SECOND_FACTOR, ApiSignedIn, MayVisit } from '../auth/access.js';
import { PublicAvailabilityGuard } from '../clinic/public-availability.guard.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import {
  type AccountContext,
  type ClientContext,
  OptionalContext,
  SignedInContext,
} from '../http/context.js';
import { ENTITY_TAG, tagged } from '../http/entity-tag.js';
import { IdParams } from '../http/id-params.js';
import { ApiOkMessage, MessageDto } from '../http/message.dto.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { BookingDto } from './booking.dto.js';
import { AvailableSlotsQuery, BookDto, RescheduleDto } from './booking-requests.dto.js';
import { WALL_TIME } from '../time/wall-time.js';
import { BookingsService } from './bookings.service.js';
import { CancellationService } from './cancellation.service.js';
import { ReschedulingService } from './rescheduling.service.js';

/** What can be wrong with a requested time. */
const TIME_PROBLEMS = [...RULE_CODES, 'DOCTOR_TIME_ZONE'] as const;

/** What can be wrong with a requested type, or without one. */
const TYPE_PROBLEMS = ['UNKNOWN_TYPE', 'TYPE_REQUIRED'] as const;

/** What can be wrong with a booking with any doctor. */
const ANY_PROBLEMS = ['NO_DOCTOR_FREE', 'TOO_MANY_DOCTORS'] as const;

/** What can be wrong with a booking that is to change. */
const CHANGE_PROBLEMS = ['BOOKING_NOT_FOUND', 'BOOKING_STARTED', 'STATUS_NOT_POSSIBLE', 'TOO_LATE'] as const;

@ApiTags('Bookings')
@ApiSignedIn()
@ApiProblems(ADMIN_WITHOUT_SECOND_FACTOR)
@Controller('bookings')
export class BookingsController {
  constructor(
    private readonly bookings: BookingsService,
    private readonly rescheduling: ReschedulingService,
    private readonly cancellation: CancellationService,
  ) {}

  @Get('available-slots')
  @MayVisit()
  @UseGuards(PublicAvailabilityGuard)
  @ApiOperation({
    operationId: 'listAvailableSlots',
    summary: 'List available slots',
    description:
      "The doctor's available start times on a date: on the grid of the appointment type, or every 15 minutes. Needs no token where the clinic has `public_availability`.",
  })
  @ApiOkResponse({
    schema: {
      type: 'array',
      items: { type: 'string', pattern: WALL_TIME.source },
      example: ['09:00', '09:15', '09:30'],
    },
  })
  @ApiProblems('UNKNOWN_PATIENT', 'UNKNOWN_DOCTOR', ...TYPE_PROBLEMS, 'DOCTOR_TIME_ZONE')
  async availableSlots(
    @OptionalContext() context: ClientContext,
    @Query() query: AvailableSlotsQuery,
  ): Promise<string[]> {
    return this.bookings.availableSlots(context, query.toRequest());
  }

  @Post()
  @RateLimit('booking', 'bookingDaily', 'bookingAddress')
  @ApiOperation({
    operationId: 'bookAppointment',
    summary: 'Book an appointment',
    description:
      'Books for your own patient or a dependant; the desk books for anybody. With `doctor_id` `any`, one of the doctors ' +
      'who offer the type and are free then. Sends a confirmation unless `notify` is false or the patient gets no emails.',
  })
  @ApiCreatedResponse({ type: BookingDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @ApiProblems('UNKNOWN_PATIENT', 'UNKNOWN_DOCTOR', ...TYPE_PROBLEMS, ...TIME_PROBLEMS, ...ANY_PROBLEMS)
  async book(
    @SignedInContext() context: AccountContext,
    @Body() body: BookDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BookingDto> {
    return tagged(reply, BookingDto.from(await this.bookings.book(context, body.toBooking())));
  }

  @Patch(':id')
  @RateLimit('booking', 'bookingDaily', 'bookingAddress')
  @ApiOperation({
    operationId: 'rescheduleBooking',
    summary: 'Reschedule a booking',
    description:
      "Changes the date, time or length of the patient's own booking while it is `booked`. The desk also changes the " +
      'doctor; of one that has arrived, the doctor, time and length within its date; and the note in every status but ' +
      '`cancelled`. The patient gets the new time by email.',
  })
  @ApiOkResponse({ type: BookingDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems(...CHANGE_PROBLEMS, 'NOTHING_TO_CHANGE', 'UNKNOWN_DOCTOR', 'UNKNOWN_TYPE', ...TIME_PROBLEMS)
  async reschedule(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() change: RescheduleDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BookingDto> {
    return tagged(reply, BookingDto.from(await this.rescheduling.reschedule(context, id, change.toChange())));
  }

  @Delete(':id')
  @RateLimit('booking', 'bookingDaily', 'bookingAddress')
  @ApiOperation({
    operationId: 'cancelBooking',
    summary: 'Cancel a booking',
    description:
      "Cancels the patient's own booking before it starts. The patient gets a confirmation by email.",
  })
  @ApiOkMessage('Booking cancelled successfully')
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems(...CHANGE_PROBLEMS)
  async cancel(@SignedInContext() context: AccountContext, @Param() { id }: IdParams): Promise<MessageDto> {
    await this.cancellation.cancel(context, id, { parties: ['patient'] });
    return { message: 'Booking cancelled successfully' };
  }
}
