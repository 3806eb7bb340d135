import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Only } from '../auth/access.js';
import { DESK } from '../auth/role.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { CONTENT_TAG, taggedByContent } from '../http/entity-tag.js';
import { DayDto, DayQuery } from './desk-day.dto.js';
import { DeskDayService } from './desk-day.service.js';

/** What the front desk works with. */
@ApiTags('Bookings')
@Only(...DESK, 'doctor')
@Controller('desk')
export class DeskController {
  constructor(private readonly days: DeskDayService) {}

  @Get('day')
  @ApiOperation({
    operationId: 'getDay',
    summary: 'Get the day sheet',
    description:
      'A date of the clinic, doctor by doctor; for doctors their own. Lists active doctors, and inactive ones with bookings; at most 50. With the `ETag` as `If-None-Match`, 304 while nothing changes.',
  })
  @ApiOkResponse({ type: DayDto, headers: CONTENT_TAG })
  @ApiProblems('UNKNOWN_DOCTOR', 'TOO_MANY_DOCTORS', 'PROFILE_NOT_FOUND')
  async day(
    @SignedInContext() context: AccountContext,
    @Query() { date, doctor_id }: DayQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DayDto | undefined> {
    return taggedByContent(request, reply, DayDto.from(await this.days.read(context, date, doctor_id)));
  }
}
