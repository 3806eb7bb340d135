import { Body, Controller, Get, Patch, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Only, Public } from '../auth/access.js';
import { ApiProblems } from '../http/api-problems.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { ENTITY_TAG, tagged } from '../http/entity-tag.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { ChangeClinicDto, ClinicDto } from './clinic.dto.js';
import { ClinicService } from './clinic.service.js';

@ApiTags('Clinic')
@Controller('clinic')
export class ClinicController {
  constructor(private readonly clinic: ClinicService) {}

  @Public()
  @Get()
  @ApiOperation({
    operationId: 'getClinic',
    summary: 'Get the clinic',
    description: 'Its name, how to reach it, its time zone, and the limits of bookings.',
  })
  @ApiOkResponse({ type: ClinicDto, headers: ENTITY_TAG })
  async get(@Res({ passthrough: true }) reply: FastifyReply): Promise<ClinicDto> {
    return tagged(reply, ClinicDto.from(await this.clinic.get()));
  }

  @Only('admin')
  @Patch()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'changeClinic',
    summary: "Change the clinic's contact details and limits",
    description:
      "Fields that are left out stay. For contact details, null takes the configuration's value; for limits, it means none. Existing bookings stay.",
  })
  @ApiOkResponse({ type: ClinicDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems('NOTICE_BEYOND_HORIZON')
  async change(
    @SignedInContext() context: AccountContext,
    @Body() change: ChangeClinicDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClinicDto> {
    return tagged(reply, ClinicDto.from(await this.clinic.change(context, change.toChange())));
  }
}
