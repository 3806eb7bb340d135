import { Controller, Get, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ADMIN_WITHOUT_SECOND_FACTOR, ApiSignedIn, MayVisit } from '../../auth/access.js';
import { PublicAvailabilityGuard } from '../../clinic/public-availability.guard.js';
import { ApiProblems } from '../../http/api-problems.js';
import { type ClientContext, OptionalContext } from '../../http/context.js';
import { pageOf } from '../../http/cursor.js';
import { linkPage, NEXT_PAGE } from '../../http/next-page.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import { FreeTimeDto, NextTimesDto } from './free-time.dto.js';
import { timeCursorOf } from './time-cursor.js';
import { NextTimesQuery, SearchTimesQuery } from './times.dto.js';
import { TimesService } from './times.service.js';

const VISITORS = 'Needs no token where the clinic has `public_availability`.';

@ApiTags('Availability')
@ApiSignedIn()
@ApiProblems(
  'UNKNOWN_DOCTOR',
  'TOO_MANY_DOCTORS',
  'UNKNOWN_PATIENT',
  'UNKNOWN_TYPE',
  'TYPE_REQUIRED',
  ADMIN_WITHOUT_SECOND_FACTOR,
)
@UseGuards(PublicAvailabilityGuard)
@Controller('availability')
export class TimesController {
  constructor(private readonly times: TimesService) {}

  @Get('search')
  @MayVisit()
  @RateLimit('search')
  @ApiOperation({
    operationId: 'searchAvailability',
    summary: 'Search for free times of any doctors',
    description: `What can be booked with all active doctors or some, earliest first, then by doctor. ${VISITORS}`,
  })
  @ApiOkResponse({ type: [FreeTimeDto], headers: NEXT_PAGE })
  async search(
    @OptionalContext() { actor }: ClientContext,
    @Query() query: SearchTimesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FreeTimeDto[]> {
    const requested = query.toSearch(this.times.today());
    const found = await this.times.search(actor, requested, query.doctors, query.page);
    const page = pageOf(found, query.limit, timeCursorOf);
    return linkPage(page, request, reply).map((time) => FreeTimeDto.from(time));
  }

  @Get('next')
  @MayVisit()
  @RateLimit('search')
  @ApiOperation({
    operationId: 'listNextAvailability',
    summary: 'List the next free times of any doctors',
    description: `The first ones as far ahead as patients can book, and if there are none, why. ${VISITORS}`,
  })
  @ApiOkResponse({ type: NextTimesDto })
  async next(
    @OptionalContext() { actor }: ClientContext,
    @Query() query: NextTimesQuery,
  ): Promise<NextTimesDto> {
    return NextTimesDto.from(await this.times.next(actor, query.toRequest(), query.doctors, query.count));
  }
}
