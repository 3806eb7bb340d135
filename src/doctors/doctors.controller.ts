import { Body, Controller, Get, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RecordedRead } from '../audit/recorded-read.js';
import { ADMIN_WITHOUT_SECOND_FACTOR, ApiSignedIn, Only, Public } from '../auth/access.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import type { Principal } from '../auth/principal.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { ENTITY_TAG, tagged } from '../http/entity-tag.js';
import { IdParams } from '../http/id-params.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { DoctorChanges } from './doctor-changes.service.js';
import {
  ChangeDoctorDto,
  CreateDoctorDto,
  DoctorDto,
  DoctorProfileDto,
  PublicDoctorDto,
} from './doctor.dto.js';
import { DoctorsService } from './doctors.service.js';

@ApiTags('Doctors')
@Controller('doctors')
export class DoctorsController {
  constructor(
    private readonly doctors: DoctorsService,
    private readonly changes: DoctorChanges,
  ) {}

  @Public()
  @Get('public')
  @ApiOperation({
    operationId: 'listPublicDoctors',
    summary: 'List doctors',
    description: "The clinic's active doctors, by name.",
  })
  @ApiOkResponse({ type: [PublicDoctorDto] })
  async listPublic(): Promise<PublicDoctorDto[]> {
    return (await this.doctors.listActive()).map((doctor) => PublicDoctorDto.from(doctor));
  }

  @Only('admin')
  @Get()
  @RecordedRead('doctor.listed')
  @ApiOperation({
    operationId: 'listDoctors',
    summary: 'List doctors with their accounts',
    description: 'All doctors, by name, inactive ones too, with the account of each.',
  })
  @ApiOkResponse({ type: [DoctorDto] })
  async list(): Promise<DoctorDto[]> {
    return (await this.doctors.listWithAccounts()).map(({ doctor, userEmail }) =>
      DoctorDto.withAccount(doctor, userEmail),
    );
  }

  @Only('doctor')
  @Get('me')
  @ApiOperation({
    operationId: 'getMyProfile',
    summary: 'Get my doctor profile',
    description: 'As patients see it, with the account.',
  })
  @ApiOkResponse({ type: DoctorDto, headers: ENTITY_TAG })
  @ApiProblems('PROFILE_NOT_FOUND')
  async me(
    @Req() { user }: { user: Principal },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoctorDto> {
    return tagged(reply, DoctorDto.withAccount(await this.doctors.ofAccount(user.id), user.email));
  }

  @Only('admin')
  @Post()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'createDoctor',
    summary: 'Create a doctor profile',
    description: 'It starts with Monday to Friday, 09:00 to 17:00.',
  })
  @ApiCreatedResponse({ type: DoctorDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @ApiProblems('NOT_A_DOCTOR_ACCOUNT', 'PROFILE_EXISTS')
  async create(
    @SignedInContext() context: AccountContext,
    @Body() { user_id: userId, ...profile }: CreateDoctorDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoctorDto> {
    const { doctor, userEmail } = await this.doctors.create(context, { ...profile, userId });
    return tagged(reply, DoctorDto.withAccount(doctor, userEmail));
  }

  @ApiSignedIn()
  @Get(':id')
  @ApiOperation({
    operationId: 'getDoctor',
    summary: 'Get a doctor',
    description: 'Inactive doctors exist only for the desk and themselves.',
  })
  @ApiOkResponse({ type: DoctorProfileDto, headers: ENTITY_TAG })
  @ApiProblems('DOCTOR_NOT_FOUND', ADMIN_WITHOUT_SECOND_FACTOR)
  async get(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoctorProfileDto> {
    return tagged(reply, DoctorProfileDto.of(await this.doctors.getFor(context, id)));
  }

  @Only('admin')
  @Patch(':id')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'changeDoctor',
    summary: 'Change a doctor’s profile',
    description:
      'Fields that are left out stay. An inactive doctor takes no bookings; those ahead stay until somebody reschedules or cancels them.',
  })
  @ApiOkResponse({ type: DoctorProfileDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems('NOT_A_DOCTOR_ACCOUNT', 'TIME_ZONE_FIXED', 'BOOKINGS_AHEAD', 'DOCTOR_NOT_FOUND')
  async change(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() change: ChangeDoctorDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DoctorProfileDto> {
    return tagged(reply, DoctorProfileDto.of(await this.changes.change(context, id, change.toChange())));
  }
}
