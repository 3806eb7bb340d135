import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RecordedRead } from '../audit/recorded-read.js';
import { ADMIN_WITHOUT_SECOND_FACTOR, ApiSignedIn, Only } from '../auth/access.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { linkNextPage, NEXT_PAGE } from '../http/next-page.js';
import { BookingListQuery, DoctorsBookingDto, PatientsBookingDto } from './booking-list.dto.js';
import { BookingListsService, type Page } from './booking-lists.service.js';

/** Lists one's own bookings. */
@ApiTags('Bookings')
@ApiSignedIn()
@ApiProblems(ADMIN_WITHOUT_SECOND_FACTOR)
@Controller('bookings')
export class BookingListsController {
  constructor(private readonly lists: BookingListsService) {}

  @Get('me')
  @ApiOperation({
    operationId: 'listMyBookings',
    summary: 'List my bookings',
    description: 'Ordered by the instant at which they begin.',
  })
  @ApiOkResponse({ type: [PatientsBookingDto], headers: NEXT_PAGE })
  @ApiProblems('UNKNOWN_BOOKING')
  async mine(
    @SignedInContext() { actor }: AccountContext,
    @Query() query: BookingListQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PatientsBookingDto[]> {
    const page = await this.lists.ofPatient(actor.id, query.toFilter());
    return linkPage(page, request, reply).map((booking) => PatientsBookingDto.of(booking));
  }

  @Only('doctor')
  @Get('doctor')
  @RecordedRead('booking.listed')
  @ApiOperation({
    operationId: 'listDoctorBookings',
    summary: "List the doctor's bookings",
    description: "The signed-in doctor's bookings, ordered by the instant at which they begin.",
  })
  @ApiOkResponse({ type: [DoctorsBookingDto], headers: NEXT_PAGE })
  @ApiProblems('PROFILE_NOT_FOUND', 'UNKNOWN_BOOKING')
  async ofDoctor(
    @SignedInContext() { actor }: AccountContext,
    @Query() query: BookingListQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoctorsBookingDto[]> {
    const page = await this.lists.ofDoctor(actor.id, query.toFilter());
    return linkPage(page, request, reply).map((booking) => DoctorsBookingDto.of(booking));
  }
}

/** Sets the link to the next page, and returns the bookings of this one. */
function linkPage<T>({ bookings, next }: Page<T>, request: FastifyRequest, reply: FastifyReply): T[] {
  if (next) {
    // Bookings begin at whole seconds.
    const start = `${new Date(next.afterStart).toISOString().slice(0, 19)}Z`;
    linkNextPage(request, reply, { after: next.after, after_start: start });
  }
  return bookings;
}
