import { ApiProperty } from '@nestjs/swagger';
import { ALLOWED_STATUSES, type ProblemMembers } from '../errors/problem-members.js';
import { type RuleCode, RULES } from '../errors/rules.js';
import { EXAMPLE_BIRTH_DATE } from '../time/example-date.js';
import { ApiDate, ApiId } from './api-properties.js';

type Member<K extends keyof ProblemMembers> = NonNullable<ProblemMembers[K]>;

class ViolationDto {
  @ApiProperty({ enum: RULES, enumName: 'RuleCode', description: 'Stable, for programs to compare' })
  rule!: RuleCode;

  @ApiProperty({ description: 'What is wrong and what to do, in a sentence for people' })
  message!: string;

  @ApiProperty({ description: 'Whether the desk may name the rule in `override.rules`' })
  overridable!: boolean;
}

class CandidateDto {
  @ApiId({ example: 31 })
  id!: number;

  @ApiProperty({ type: String, nullable: true, example: 'Lucía' })
  given_name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Romero' })
  family_name!: string | null;

  @ApiDate({ nullable: true, example: EXAMPLE_BIRTH_DATE })
  birth_date!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+34612345678', description: 'E.164' })
  phone!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'patient@clinica.example' })
  email!: string | null;
}

/** Members that only some problem documents have. */
export class ProblemMembersDto implements ProblemMembers {
  @ApiProperty({
    type: [ViolationDto],
    required: false,
    description: 'Every rule that stands against the requested time; `code` is the first of them',
  })
  violations?: ViolationDto[];

  @ApiProperty({
    enum: ALLOWED_STATUSES,
    isArray: true,
    required: false,
    description: 'With STATUS_NOT_POSSIBLE: the statuses that the booking could get instead',
  })
  allowed?: Member<'allowed'>[number][];

  @ApiProperty({
    type: [CandidateDto],
    required: false,
    description: 'With POSSIBLE_DUPLICATE: the patients who are probably the same person',
  })
  candidates?: CandidateDto[];

  @ApiId({
    required: false,
    example: 32,
    description: 'With PATIENT_NOT_FOUND, for the desk: the patient that this one was merged into',
  })
  merged_into?: number;
}
