import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RecordedRead } from '../audit/recorded-read.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Only, SignedIn } from '../auth/access.js';
import { type Asker, Caller, type Principal } from '../auth/principal.js';
import { RateLimit } from '../auth/throttling/rate-limit.js';
import { ApiProblems } from '../http/api-problems.js';
import { IdParams } from '../http/id-params.js';
import { MessageDto } from '../http/message.dto.js';
import { linkNextPage, NEXT_PAGE } from '../http/next-page.js';
import { AcceptsIdempotencyKey } from '../idempotency/keyed-request.js';
import { AvailableSlotsQuery, BookDto, BookingDto, RescheduleDto } from './booking.dto.js';
import { BookingListQuery, DoctorsBookingDto, PatientsBookingDto } from './booking-list.dto.js';
import { BookingListsService, type Page } from './booking-lists.service.js';
import { BookingsService } from './bookings.service.js';

@ApiTags('Bookings')
@SignedIn()
@Controller('bookings')
export class BookingsController {
  constructor(
    private readonly bookings: BookingsService,
    private readonly lists: BookingListsService,
  ) {}

  @Get('available-slots')
  @ApiOperation({ summary: "A doctor's open start times on a date" })
  @ApiOkResponse({
    schema: { type: 'array', items: { type: 'string' }, example: ['09:00', '09:15', '09:30'] },
  })
  @ApiProblems(400)
  async availableSlots(@Query() { doctor_id, date, duration }: AvailableSlotsQuery): Promise<string[]> {
    return this.bookings.availableSlots(doctor_id, date, duration);
  }

  @Post()
  @RateLimit('booking', 'bookingDaily', 'bookingAddress')
  @ApiOperation({ summary: 'Book a time; a confirmation is mailed' })
  @ApiCreatedResponse({ type: BookingDto })
  @ApiProblems(400)
  @AcceptsIdempotencyKey()
  async book(@Caller() by: Asker, @Body() { doctor_id, date, time, duration }: BookDto): Promise<BookingDto> {
    const requested = { date, time, durationMinutes: duration };
    return BookingDto.from(await this.bookings.book(by, doctor_id, requested));
  }

  @Get('me')
  @ApiOperation({ summary: 'Own bookings, by the instant at which they begin' })
  @ApiOkResponse({ type: [PatientsBookingDto], headers: NEXT_PAGE })
  @ApiProblems(400)
  async mine(
    @Caller() { id }: Principal,
    @Query() query: BookingListQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PatientsBookingDto[]> {
    const page = await this.lists.ofPatient(id, query.toFilter());
    return answer(page, request, reply).map((booking) => PatientsBookingDto.of(booking));
  }

  @Only('doctor')
  @Get('doctor')
  @RecordedRead('booking.listed')
  @ApiOperation({ summary: "The doctor's bookings, by the instant at which they begin" })
  @ApiOkResponse({ type: [DoctorsBookingDto], headers: NEXT_PAGE })
  @ApiProblems(400, 404)
  async ofDoctor(
    @Caller() { id }: Principal,
    @Query() query: BookingListQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoctorsBookingDto[]> {
    const page = await this.lists.ofDoctor(id, query.toFilter());
    return answer(page, request, reply).map((booking) => DoctorsBookingDto.of(booking));
  }

  @Patch(':id')
  @RateLimit('booking', 'bookingDaily', 'bookingAddress')
  @ApiOperation({ summary: 'Move an own booking, or change its length; the new time is mailed' })
  @ApiOkResponse({ type: BookingDto })
  @ApiProblems(400)
  @AcceptsIdempotencyKey()
  async reschedule(
    @Caller() by: Asker,
    @Param() { id }: IdParams,
    @Body() change: RescheduleDto,
  ): Promise<BookingDto> {
    return BookingDto.from(await this.bookings.reschedule(by, id, change.toChange()));
  }

  @Delete(':id')
  @RateLimit('booking', 'bookingDaily', 'bookingAddress')
  @ApiOperation({ summary: 'Cancel an own booking; the cancellation is mailed' })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400)
  @AcceptsIdempotencyKey()
  async cancel(@Caller() by: Asker, @Param() { id }: IdParams): Promise<MessageDto> {
    await this.bookings.cancel(by, id);
    return { message: 'Booking cancelled successfully' };
  }
}

/** The bookings of a page, after linking the next one. */
function answer<T>({ bookings, next }: Page<T>, request: FastifyRequest, reply: FastifyReply): T[] {
  if (next) {
    // To the second, as bookings begin.
    const start = `${new Date(next.afterStart).toISOString().slice(0, 19)}Z`;
    linkNextPage(request, reply, { after: next.after, after_start: start });
  }
  return bookings;
}
