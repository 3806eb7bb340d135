import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Only } from '../auth/access.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import { ApiId } from '../http/api-properties.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { IdField, LARGEST_ID } from '../http/fields.js';
import { IdParams } from '../http/id-params.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { ReasonField } from './booking-fields.js';
import { PatientMerge } from './patient-merge.service.js';

class MergeDto {
  @IdField({ description: 'The patient that stays', example: 32 })
  into!: number;

  @ReasonField({ example: 'Entered twice' })
  reason!: string;
}

class MergedDto {
  @ApiId({ example: 32, description: 'The patient that stays' })
  id!: number;

  @ApiProperty({
    type: 'array',
    items: {
      type: 'array',
      items: { type: 'integer', minimum: 1, maximum: LARGEST_ID },
      minItems: 2,
      maxItems: 2,
    },
    description: 'Pairs of bookings that overlap in time since the merge',
    example: [[101, 102]],
  })
  overlaps!: number[][];
}

@ApiTags('Patients')
@Only('admin')
@Controller('patients')
export class PatientMergeController {
  constructor(private readonly patients: PatientMerge) {}

  @Post(':id/merge')
  @RateLimit('change')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'mergePatient',
    summary: 'Merge a patient into another',
    description:
      'Bookings, account and guardians move to the patient that stays, which also gets the details that it lacks. The ' +
      'old id is no longer found.',
  })
  @ApiOkResponse({ type: MergedDto })
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems('PATIENT_NOT_FOUND', 'UNKNOWN_PATIENT', 'MERGE_NOT_POSSIBLE', 'BOTH_HAVE_ACCOUNTS')
  async merge(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() { into, reason }: MergeDto,
  ): Promise<MergedDto> {
    const merged = await this.patients.merge(context, id, into, reason);
    return { id: merged.id, overlaps: merged.overlaps.map((pair) => [...pair]) };
  }
}
