import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MaySignIn, Only, Public } from '../auth/access.js';
import { DESK } from '../auth/role.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, type Context, OptionalContext, SignedInContext } from '../http/context.js';
import { IdParams } from '../http/id-params.js';
import { ApiOkMessage, MessageDto } from '../http/message.dto.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { AddWindowDto, DoctorIdParams, WindowDto } from './availability.dto.js';
import { AvailabilityService } from './availability.service.js';
import { HoursOwner } from './hours-owner.js';

@ApiTags('Availability')
@Controller('availability')
export class AvailabilityController {
  constructor(
    private readonly availability: AvailabilityService,
    private readonly owner: HoursOwner,
  ) {}

  @Only('doctor')
  @Get('me')
  @ApiOperation({
    operationId: 'listMyAvailability',
    summary: 'List my weekly windows',
    description: 'By day and start.',
  })
  @ApiOkResponse({ type: [WindowDto] })
  @ApiProblems('PROFILE_NOT_FOUND')
  async mine(@SignedInContext() { actor }: AccountContext): Promise<WindowDto[]> {
    return (await this.availability.ofAccount(actor.id)).map((window) => WindowDto.from(window));
  }

  @Public()
  @MaySignIn()
  @Get(':doctor_id')
  @ApiOperation({
    operationId: 'listDoctorAvailability',
    summary: "List a doctor's weekly windows",
    description:
      'By day and start. `id` is that of the doctor. Windows for types that only the desk books are shown to those who work at the clinic.',
  })
  @ApiOkResponse({ type: [WindowDto] })
  @ApiProblems('DOCTOR_NOT_FOUND')
  async ofDoctor(
    @OptionalContext() context: Context,
    @Param() { doctor_id: doctorId }: DoctorIdParams,
  ): Promise<WindowDto[]> {
    const windows = await this.availability.ofDoctorFor(context, doctorId);
    return windows.map((window) => WindowDto.from(window));
  }

  @Only('doctor', ...DESK)
  @Post()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'addAvailability',
    summary: 'Add a weekly window',
    description:
      'Hours of a weekday in which patients can book the doctor, every week or from one date to another, for all bookings or only for some types. The desk names the doctor in `doctor_id`.',
  })
  @ApiCreatedResponse({ type: WindowDto })
  @AcceptsIdempotencyKey()
  @ApiProblems(
    'WINDOW_REVERSED',
    'WINDOW_DATES_REVERSED',
    'UNKNOWN_TYPE',
    'WINDOW_OVERLAPS',
    'TOO_MANY_WINDOWS',
    'UNKNOWN_DOCTOR',
    'PROFILE_NOT_FOUND',
  )
  async add(@SignedInContext() context: AccountContext, @Body() window: AddWindowDto): Promise<WindowDto> {
    const doctor = await this.owner.of(context, window.doctor_id);
    return WindowDto.from(await this.availability.add(context, doctor.id, window.toWindow()));
  }

  @Only('doctor', ...DESK)
  @Delete(':id')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'deleteAvailability',
    summary: 'Delete a weekly window',
    description:
      '`id` is that of the window. Doctors delete their own, the desk any. Existing bookings stay.',
  })
  @ApiOkMessage('Availability deleted')
  @ApiProblems('AVAILABILITY_NOT_FOUND', 'PROFILE_NOT_FOUND')
  @AcceptsIdempotencyKey()
  async remove(@SignedInContext() context: AccountContext, @Param() { id }: IdParams): Promise<MessageDto> {
    await this.availability.remove(context, await this.owner.onlyOf(context), id);
    return { message: 'Availability deleted' };
  }
}
