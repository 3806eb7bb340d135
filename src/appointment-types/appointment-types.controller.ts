import { Body, Controller, Get, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { MaySignIn, Only, Public } from '../auth/access.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, type Context, OptionalContext, SignedInContext } from '../http/context.js';
import { ENTITY_TAG, tagged } from '../http/entity-tag.js';
import { IdParams } from '../http/id-params.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { ChangeTypeDto, CreateTypeDto, TypeDto } from './appointment-type.dto.js';
import { AppointmentTypesService } from './appointment-types.service.js';

@ApiTags('Appointment types')
@Controller('appointment-types')
export class AppointmentTypesController {
  constructor(private readonly types: AppointmentTypesService) {}

  @Public()
  @MaySignIn()
  @Get()
  @ApiOperation({
    operationId: 'listAppointmentTypes',
    summary: 'List appointment types',
    description:
      'The active ones for patients, by name. With a token of somebody who works at the clinic, all of them.',
  })
  @ApiOkResponse({ type: [TypeDto] })
  async list(@OptionalContext() context: Context): Promise<TypeDto[]> {
    return (await this.types.list(context)).map((type) => TypeDto.from(type));
  }

  @Only('admin')
  @Post()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'createAppointmentType',
    summary: 'Create an appointment type',
    description: 'Limits that are left out or null are those of the clinic. No doctor offers it yet.',
  })
  @ApiCreatedResponse({ type: TypeDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @ApiProblems('TYPE_CODE_TAKEN', 'TOO_MANY_TYPES', 'NOTICE_BEYOND_HORIZON')
  async create(
    @SignedInContext() context: AccountContext,
    @Body() type: CreateTypeDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TypeDto> {
    return tagged(reply, TypeDto.from(await this.types.create(context, type.toType())));
  }

  @Only('admin')
  @Patch(':id')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'changeAppointmentType',
    summary: 'Change an appointment type',
    description:
      'Fields that are left out stay. Existing bookings keep the type, the duration and the buffers that they were made with.',
  })
  @ApiOkResponse({ type: TypeDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems('TYPE_CODE_TAKEN', 'NOTICE_BEYOND_HORIZON', 'TYPE_NOT_FOUND')
  async change(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() change: ChangeTypeDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TypeDto> {
    return tagged(reply, TypeDto.from(await this.types.change(context, id, change.toChange())));
  }
}
