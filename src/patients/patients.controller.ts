import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RecordedRead } from '../audit/recorded-read.js';
import { ADMIN_WITHOUT_SECOND_FACTOR, ApiSignedIn, Only } from '../auth/access.js';
import { DESK } from '../auth/role.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { ENTITY_TAG, tagged } from '../http/entity-tag.js';
import { IdParams } from '../http/id-params.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { NewPatients } from './new-patients.service.js';
import { ChangePatientDto, CreatePatientDto, PatientDto } from './patient.dto.js';
import { SearchPatientsQuery } from './patient-search.dto.js';
import { PatientSearch } from './patient-search.service.js';
import { PatientsService } from './patients.service.js';

@ApiTags('Patients')
@ApiSignedIn()
@ApiProblems(ADMIN_WITHOUT_SECOND_FACTOR)
@Controller('patients')
export class PatientsController {
  constructor(
    private readonly patients: PatientsService,
    private readonly newPatients: NewPatients,
    private readonly patientSearch: PatientSearch,
  ) {}

  @Get('mine')
  @ApiOperation({
    operationId: 'listMyPatients',
    summary: 'List my patients',
    description:
      "The account's owner first, then dependants, then the patients that the account has accepted.",
  })
  @ApiOkResponse({ type: [PatientDto] })
  async mine(@SignedInContext() context: AccountContext): Promise<PatientDto[]> {
    const patients = await this.patients.listOwn(context);
    return patients.map((patient) => PatientDto.ofOwn(patient, context.actor.id));
  }

  @Only(...DESK)
  @Get()
  @RecordedRead('patient.found')
  @ApiOperation({
    operationId: 'searchPatients',
    summary: 'Search patients',
    description: 'For the desk, by at least one of the parameters; at most 50 patients, by name.',
  })
  @ApiOkResponse({ type: [PatientDto] })
  async search(@Query() query: SearchPatientsQuery): Promise<PatientDto[]> {
    const found = await this.patientSearch.find(query.toSearch());
    return found.map((patient) => PatientDto.forDesk(patient));
  }

  @Post()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'createPatient',
    summary: 'Enter a patient',
    description:
      'A dependant of the account, with a birth date. For the desk, a patient without an account, with a phone number or an email.',
  })
  @ApiCreatedResponse({ type: PatientDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @ApiProblems('TOO_MANY_DEPENDANTS', 'POSSIBLE_DUPLICATE')
  async create(
    @SignedInContext() context: AccountContext,
    @Body() body: CreatePatientDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PatientDto> {
    const created = await this.newPatients.create(context, body.toDetails(), body.not_duplicate_of);
    return tagged(reply, PatientDto.from(created, context.actor.id));
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getPatient',
    summary: 'Get a patient',
    description: "One of the account's own; for the desk, any.",
  })
  @ApiOkResponse({ type: PatientDto, headers: ENTITY_TAG })
  @ApiProblems('PATIENT_NOT_FOUND')
  async get(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PatientDto> {
    return tagged(reply, PatientDto.from(await this.patients.get(context, id), context.actor.id));
  }

  @Patch(':id')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'changePatient',
    summary: 'Change a patient',
    description:
      "One of the account's own; for the desk, any. null clears a field, where the patient does not need it.",
  })
  @ApiOkResponse({ type: PatientDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems('PATIENT_NOT_FOUND')
  async change(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() body: ChangePatientDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PatientDto> {
    const changed = await this.patients.change(context, id, body.toDetails());
    return tagged(reply, PatientDto.from(changed, context.actor.id));
  }
}
