import { Body, Controller, Param, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Only } from '../auth/access.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { PublicDoctorDto } from '../doctors/doctor.dto.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { TimeZoneField } from '../http/time-zone-field.js';
import { IdParams } from '../http/id-params.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { DoctorTimeZoneService } from './doctor-time-zone.service.js';

export class ChangeDoctorDto {
  @TimeZoneField()
  timezone!: string;
}

/** Part of the bookings, because the doctors' module must not depend on them. */
@ApiTags('Doctors')
@Controller('doctors')
export class DoctorTimeZoneController {
  constructor(private readonly timeZones: DoctorTimeZoneService) {}

  @Only('admin')
  @Patch(':id')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'changeDoctor',
    summary: 'Correct the time zone of a doctor',
    description:
      'Replaces an invalid time zone, if all upcoming bookings keep their instants. A valid one never changes.',
  })
  @ApiOkResponse({ type: PublicDoctorDto })
  @ApiProblems('TIME_ZONE_FIXED', 'BOOKINGS_AHEAD', 'DOCTOR_NOT_FOUND')
  @AcceptsIdempotencyKey()
  async change(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() { timezone }: ChangeDoctorDto,
  ): Promise<PublicDoctorDto> {
    return PublicDoctorDto.from(await this.timeZones.change(context, id, timezone));
  }
}
