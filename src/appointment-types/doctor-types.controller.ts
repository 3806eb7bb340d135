import { Body, Controller, Get, Param, Put, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { MaySignIn, Only, Public } from '../auth/access.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, type Context, OptionalContext, SignedInContext } from '../http/context.js';
import { ENTITY_TAG, setEntityTag } from '../http/entity-tag.js';
import { IdParams } from '../http/id-params.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { OfferedTypeDto, SetTypesDto } from './doctor-type.dto.js';
import { DoctorTypesService } from './doctor-types.service.js';

@ApiTags('Appointment types')
@Controller('doctors')
export class DoctorTypesController {
  constructor(private readonly types: DoctorTypesService) {}

  @Public()
  @MaySignIn()
  @Get(':id/types')
  @ApiOperation({
    operationId: 'listDoctorTypes',
    summary: 'List the types that a doctor offers',
    description:
      'The active ones for patients, by name; with a token of somebody who works at the clinic, all. Each value is the ' +
      "doctor's own, else the type's, else the clinic's. The `ETag` is that of the doctor.",
  })
  @ApiOkResponse({ type: [OfferedTypeDto], headers: ENTITY_TAG })
  @ApiProblems('DOCTOR_NOT_FOUND')
  async list(
    @OptionalContext() context: Context,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OfferedTypeDto[]> {
    const offered = await this.types.list(context, id);
    setEntityTag(reply, offered.version);
    return OfferedTypeDto.listOf(offered);
  }

  @Only('admin')
  @Put(':id/types')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'setDoctorTypes',
    summary: 'Set the types that a doctor offers',
    description:
      "Replaces all of them. Values that are left out or null are the type's. Existing bookings stay as they are.",
  })
  @ApiOkResponse({ type: [OfferedTypeDto], headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems('UNKNOWN_TYPE', 'NOTICE_BEYOND_HORIZON', 'DOCTOR_NOT_FOUND')
  async set(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() body: SetTypesDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OfferedTypeDto[]> {
    const offered = await this.types.replace(context, id, body.toOffers());
    setEntityTag(reply, offered.version);
    return OfferedTypeDto.listOf(offered);
  }
}
