import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Only } from '../auth/access.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { IdParams } from '../http/id-params.js';
import { ApiOkMessage, MessageDto } from '../http/message.dto.js';
import { linkNextPage, NEXT_PAGE } from '../http/next-page.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { AddExceptionDto, ExceptionDto, ExceptionsQuery } from './exceptions.dto.js';
import { ExceptionsService } from './exceptions.service.js';

@ApiTags('Exceptions')
@Only('doctor')
@Controller('exceptions')
export class ExceptionsController {
  constructor(
    private readonly exceptions: ExceptionsService,
    private readonly doctors: DoctorsService,
  ) {}

  @Get('me')
  @ApiOperation({
    operationId: 'listMyExceptions',
    summary: 'List my exceptions',
    description: 'By date and start, in pages of 1000.',
  })
  @ApiOkResponse({ type: [ExceptionDto], headers: NEXT_PAGE })
  @ApiProblems('PROFILE_NOT_FOUND')
  async mine(
    @SignedInContext() { actor }: AccountContext,
    @Query() { after, after_start: afterStart }: ExceptionsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExceptionDto[]> {
    const { exceptions, next } = await this.exceptions.ofAccount(actor.id, { after, afterStart });
    if (next) linkNextPage(request, reply, { after: next.after, after_start: next.afterStart });
    return exceptions.map((exception) => ExceptionDto.from(exception));
  }

  @Post()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'addException',
    summary: 'Block a date or part of it',
    description: 'Existing bookings stay.',
  })
  @ApiCreatedResponse({ type: ExceptionDto })
  @AcceptsIdempotencyKey()
  @ApiProblems(
    'EXCEPTION_PAST',
    'EXCEPTION_FORM',
    'EXCEPTION_REVERSED',
    'TOO_MANY_EXCEPTIONS',
    'PROFILE_NOT_FOUND',
  )
  async add(
    @SignedInContext() context: AccountContext,
    @Body() { date, is_full_day: isFullDay, start_time: startTime, end_time: endTime }: AddExceptionDto,
  ): Promise<ExceptionDto> {
    const doctor = await this.doctors.ofAccount(context.actor.id);
    const exception = { date, isFullDay, startTime, endTime };
    return ExceptionDto.from(await this.exceptions.add(context, doctor, exception));
  }

  @Delete(':id')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'deleteException',
    summary: 'Delete an exception',
    description: 'Patients can book the time again.',
  })
  @ApiOkMessage('Exception deleted')
  @ApiProblems('EXCEPTION_NOT_FOUND', 'PROFILE_NOT_FOUND')
  @AcceptsIdempotencyKey()
  async remove(@SignedInContext() context: AccountContext, @Param() { id }: IdParams): Promise<MessageDto> {
    const doctor = await this.doctors.ofAccount(context.actor.id);
    await this.exceptions.remove(context, doctor.id, id);
    return { message: 'Exception deleted' };
  }
}
