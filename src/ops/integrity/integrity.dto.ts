import { ApiProperty } from '@nestjs/swagger';
import { ApiInteger } from '../../http/api-properties.js';
import { EXAMPLE_DATE } from '../../time/example-date.js';
import { LARGEST_ID } from '../../http/fields.js';
import type { Finding } from '../../database/integrity-check.js';
import type { CheckReport, Report } from './integrity.service.js';

class FindingDto {
  @ApiProperty({ description: 'Stable, for programs', example: 'OVERLAP' })
  code!: string;

  @ApiProperty({ example: 'booking 102' })
  subject!: string;

  @ApiProperty({
    description: 'What is wrong; instants in UTC',
    example: `it begins at ${EXAMPLE_DATE}T09:15:00.000Z, while booking 101, also with doctor 1, goes on until ${EXAMPLE_DATE}T09:30:00.000Z`,
  })
  detail!: string;

  @ApiProperty({
    description: 'What to do about it',
    example:
      'Agree with the two patients which of the bookings stays, and have the other rescheduled or cancelled.',
  })
  remedy!: string;

  static from({ code, subject, detail, remedy }: Finding): FindingDto {
    return { code, subject, detail, remedy };
  }
}

class IntegrityCheckDto {
  @ApiProperty({ example: 'OVERLAP' })
  code!: string;

  @ApiProperty({ example: 'live bookings of one doctor that overlap' })
  title!: string;

  @ApiInteger(0, LARGEST_ID, { example: 1 })
  findings_total!: number;

  @ApiProperty({ type: [FindingDto], description: 'The first hundred' })
  findings!: FindingDto[];

  static from({ code, title, findingsTotal, findings }: CheckReport): IntegrityCheckDto {
    return {
      code,
      title,
      findings_total: findingsTotal,
      findings: findings.map((each) => FindingDto.from(each)),
    };
  }
}

export class IntegrityDto {
  @ApiProperty({ description: 'Whether there are no findings' })
  healthy!: boolean;

  @ApiProperty({ type: [IntegrityCheckDto] })
  checks!: IntegrityCheckDto[];

  static from({ healthy, checks }: Report): IntegrityDto {
    return { healthy, checks: checks.map((check) => IntegrityCheckDto.from(check)) };
  }
}
