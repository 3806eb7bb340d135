import { Body, Controller, Get, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RecordedRead } from '../audit/recorded-read.js';
import { Only, Public } from '../auth/access.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import type { Principal } from '../auth/principal.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { CreateDoctorDto, DoctorDto, PublicDoctorDto } from './doctor.dto.js';
import { DoctorsService } from './doctors.service.js';

@ApiTags('Doctors')
@Controller('doctors')
export class DoctorsController {
  constructor(private readonly doctors: DoctorsService) {}

  @Public()
  @Get('public')
  @ApiOperation({
    operationId: 'listPublicDoctors',
    summary: 'List doctors',
    description: "The clinic's doctors, by name.",
  })
  @ApiOkResponse({ type: [PublicDoctorDto] })
  async listPublic(): Promise<PublicDoctorDto[]> {
    return (await this.doctors.list()).map((doctor) => PublicDoctorDto.from(doctor));
  }

  @Only('admin')
  @Get()
  @RecordedRead('doctor.listed')
  @ApiOperation({
    operationId: 'listDoctors',
    summary: 'List doctors with their accounts',
    description: 'The public list, with the account of each doctor.',
  })
  @ApiOkResponse({ type: [DoctorDto] })
  async list(): Promise<DoctorDto[]> {
    return (await this.doctors.listWithAccounts()).map(({ doctor, userEmail }) =>
      DoctorDto.of(doctor, userEmail),
    );
  }

  @Only('doctor')
  @Get('me')
  @ApiOperation({
    operationId: 'getMyProfile',
    summary: 'Get my doctor profile',
    description: 'As patients see it, with the account.',
  })
  @ApiOkResponse({ type: DoctorDto })
  @ApiProblems('PROFILE_NOT_FOUND')
  async me(@Req() { user }: { user: Principal }): Promise<DoctorDto> {
    return DoctorDto.of(await this.doctors.ofAccount(user.id), user.email);
  }

  @Only('admin')
  @Post()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'createDoctor',
    summary: 'Create a doctor profile',
    description: 'It starts with Monday to Friday, 09:00 to 17:00.',
  })
  @ApiCreatedResponse({ type: DoctorDto })
  @AcceptsIdempotencyKey()
  @ApiProblems('NOT_A_DOCTOR_ACCOUNT', 'PROFILE_EXISTS')
  async create(
    @SignedInContext() context: AccountContext,
    @Body() { user_id: userId, ...profile }: CreateDoctorDto,
  ): Promise<DoctorDto> {
    const { doctor, userEmail } = await this.doctors.create(context, { ...profile, userId });
    return DoctorDto.of(doctor, userEmail);
  }
}
