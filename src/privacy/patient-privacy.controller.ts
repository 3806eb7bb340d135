import type { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Only } from '../auth/access.js';
import { ReasonField } from '../bookings/booking-fields.js';
import type { Row as ExportedRow } from '../database/pages.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { IdParams } from '../http/id-params.js';
import { ApiOkMessage, MessageDto } from '../http/message.dto.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { ExportService } from './export.service.js';
import type { PatientSection } from './exported-sections.js';
import { PatientErasure } from './patient-erasure.service.js';
import { Rows } from './privacy.controller.js';

class ErasePatientDto {
  @ReasonField({ example: 'Requested by letter' })
  reason!: string;
}

class PatientExportDto implements Record<PatientSection, ExportedRow[]> {
  @Rows('The patient, and the records that were merged into it')
  patient!: ExportedRow[];

  @Rows('The bookings, including cancelled ones')
  bookings!: ExportedRow[];

  @Rows('The emails about bookings, with their state')
  messages!: ExportedRow[];

  @Rows('The events of the patient and of the bookings in the audit trail')
  events!: ExportedRow[];
}

@ApiTags('Patients')
@Only('admin')
@Controller('patients')
export class PatientPrivacyController {
  constructor(
    private readonly exports: ExportService,
    private readonly erasure: PatientErasure,
  ) {}

  @Get(':id/export')
  @RateLimit('change')
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({
    operationId: 'exportPatient',
    summary: 'Export a patient',
    description:
      'All data about the patient. An account makes one export at a time: a second one is refused with 429.',
  })
  @ApiOkResponse({ type: PatientExportDto })
  @ApiProblems('PATIENT_NOT_FOUND')
  async export(@SignedInContext() context: AccountContext, @Param() { id }: IdParams): Promise<Readable> {
    return this.exports.exportPatient(context, id);
  }

  @Delete(':id')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'erasePatient',
    summary: 'Erase a patient',
    description:
      'Cannot be undone. Future bookings are cancelled without emails, past ones stay without a name. The account of ' +
      'which the patient is the owner is erased too.',
  })
  @ApiOkMessage('The patient is erased')
  @AcceptsIfMatch()
  @ApiProblems('PATIENT_NOT_FOUND', 'STAFF_PATIENT', 'HAS_PROFILE')
  async erase(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() { reason }: ErasePatientDto,
  ): Promise<MessageDto> {
    await this.erasure.erase(context, id, reason);
    return { message: 'The patient is erased' };
  }
}
