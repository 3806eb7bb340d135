import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Only } from '../auth/access.js';
import { DESK } from '../auth/role.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { readCursor } from '../http/cursor.js';
import { IdParams } from '../http/id-params.js';
import { ApiOkMessage, MessageDto } from '../http/message.dto.js';
import { linkNextPage, NEXT_PAGE } from '../http/next-page.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { AddExceptionDto, DoctorExceptionsQuery, ExceptionDto, ExceptionsQuery } from './exceptions.dto.js';
import { ExceptionsService } from './exceptions.service.js';
import { HoursOwner } from './hours-owner.js';

@ApiTags('Exceptions')
@Controller('exceptions')
export class ExceptionsController {
  constructor(
    private readonly exceptions: ExceptionsService,
    private readonly owner: HoursOwner,
  ) {}

  @Only('doctor')
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

  @Only(...DESK)
  @Get()
  @ApiOperation({
    operationId: 'listDoctorExceptions',
    summary: "List a doctor's exceptions",
    description: 'For the desk, by date and start.',
  })
  @ApiOkResponse({ type: [ExceptionDto], headers: NEXT_PAGE })
  @ApiProblems('UNKNOWN_DOCTOR')
  async ofDoctor(
    @Query() { doctor_id: doctorId, limit, cursor }: DoctorExceptionsQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExceptionDto[]> {
    const page = await this.exceptions.ofDoctor(doctorId, { after: readCursor(cursor), limit });
    if (page.next !== undefined) linkNextPage(request, reply, { cursor: page.next });
    return page.items.map((exception) => ExceptionDto.from(exception));
  }

  @Only('doctor', ...DESK)
  @Post()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'addException',
    summary: 'Block a date or part of it',
    description: 'Existing bookings stay. The desk names the doctor in `doctor_id`.',
  })
  @ApiCreatedResponse({ type: ExceptionDto })
  @AcceptsIdempotencyKey()
  @ApiProblems(
    'EXCEPTION_PAST',
    'EXCEPTION_FORM',
    'EXCEPTION_REVERSED',
    'TOO_MANY_EXCEPTIONS',
    'UNKNOWN_DOCTOR',
    'PROFILE_NOT_FOUND',
  )
  async add(
    @SignedInContext() context: AccountContext,
    @Body() { doctor_id: doctorId, date, is_full_day: isFullDay, ...times }: AddExceptionDto,
  ): Promise<ExceptionDto> {
    const doctor = await this.owner.of(context, doctorId);
    const exception = { date, isFullDay, startTime: times.start_time, endTime: times.end_time };
    return ExceptionDto.from(await this.exceptions.add(context, doctor, exception));
  }

  @Only('doctor', ...DESK)
  @Delete(':id')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'deleteException',
    summary: 'Delete an exception',
    description: 'Doctors delete their own, the desk any. Patients can book the time again.',
  })
  @ApiOkMessage('Exception deleted')
  @ApiProblems('EXCEPTION_NOT_FOUND', 'PROFILE_NOT_FOUND')
  @AcceptsIdempotencyKey()
  async remove(@SignedInContext() context: AccountContext, @Param() { id }: IdParams): Promise<MessageDto> {
    await this.exceptions.remove(context, await this.owner.onlyOf(context), id);
    return { message: 'Exception deleted' };
  }
}
