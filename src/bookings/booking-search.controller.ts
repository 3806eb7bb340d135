import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RecordedRead } from '../audit/recorded-read.js';
import { ADMIN_WITHOUT_SECOND_FACTOR, ApiSignedIn, Only } from '../auth/access.js';
import { DESK } from '../auth/role.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { ENTITY_TAG, tagged } from '../http/entity-tag.js';
import { IdParams } from '../http/id-params.js';
import { linkPage, NEXT_PAGE } from '../http/next-page.js';
import { BookingEventDto, BookingEventsQuery } from './booking-events.dto.js';
import { BookingEventsService } from './booking-events.service.js';
import { BookingSearchQuery } from './booking-search.dto.js';
import { BookingSearchService, readsForClinic } from './booking-search.service.js';
import { BookingDetailsDto, DeskBookingDto } from './desk-booking.dto.js';
import { PatientsBookingDto } from './booking-list.dto.js';

/** Single bookings, and the lists of the desk. */
@ApiTags('Bookings')
@ApiSignedIn()
@Controller('bookings')
export class BookingSearchController {
  constructor(
    private readonly bookings: BookingSearchService,
    private readonly events: BookingEventsService,
  ) {}

  @Only(...DESK, 'doctor')
  @Get()
  @RecordedRead('booking.listed')
  @ApiOperation({
    operationId: 'searchBookings',
    summary: 'Search bookings',
    description:
      'For the desk all bookings, for doctors their own, by the instant at which they begin. Without dates, those of today at the clinic; with `patient_id` and no dates, all of the patient. Empty for an unknown doctor or patient.',
  })
  @ApiOkResponse({ type: [DeskBookingDto], headers: NEXT_PAGE })
  @ApiProblems('PROFILE_NOT_FOUND')
  async search(
    @SignedInContext() context: AccountContext,
    @Query() query: BookingSearchQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeskBookingDto[]> {
    const page = await this.bookings.search(context, query.toFilter(this.bookings.today()));
    return linkPage(page, request, reply).map((booking) => DeskBookingDto.of(booking));
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getBooking',
    summary: 'Get a booking',
    description: 'For the patient, the doctor and the desk; the latter two see more.',
  })
  @ApiOkResponse({ type: BookingDetailsDto, headers: ENTITY_TAG })
  @ApiProblems({ code: 'BOOKING_NOT_FOUND', status: 404 }, ADMIN_WITHOUT_SECOND_FACTOR)
  async get(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BookingDetailsDto> {
    const booking = await this.bookings.get(context, id);
    const dto = readsForClinic(context.actor, booking)
      ? DeskBookingDto.of(booking)
      : PatientsBookingDto.of(booking);
    return tagged(reply, dto);
  }

  @Only(...DESK, 'doctor')
  @Get(':id/events')
  @ApiOperation({
    operationId: 'listBookingEvents',
    summary: 'List what was done to a booking',
    description: 'For the desk and the doctor, oldest first.',
  })
  @ApiOkResponse({ type: [BookingEventDto], headers: NEXT_PAGE })
  @ApiProblems({ code: 'BOOKING_NOT_FOUND', status: 404 })
  async listEvents(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Query() query: BookingEventsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BookingEventDto[]> {
    const page = await this.events.list(context, id, query);
    const isAdmin = context.actor.role === 'admin';
    return linkPage(page, request, reply).map((event) => BookingEventDto.of(event, isAdmin));
  }
}
