import type { Readable } from 'node:stream';
import { Body, Controller, Delete, Header, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiSignedIn } from '../auth/access.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import { PLACEHOLDER_PASSWORD } from '../http/example-password.js';
import { CodeField } from '../http/fields.js';
import { PasswordField } from '../auth/passwords/password-fields.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { ApiOkMessage, MessageDto } from '../http/message.dto.js';
import { ErasureService } from './erasure.service.js';
import { ExportService } from './export.service.js';
import type { Row as ExportedRow } from '../database/pages.js';
import type { Section } from './exported-sections.js';

class ConfirmedDto {
  @PasswordField({ example: PLACEHOLDER_PASSWORD })
  password!: string;

  @CodeField({
    optional: true,
    description: 'The code of the authenticator, if there is one',
  })
  code?: string;
}

export function Rows(description: string): PropertyDecorator {
  return ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, description });
}

class ExportDto implements Record<Section, ExportedRow[]> {
  @Rows('The account itself, in one row')
  account!: ExportedRow[];

  @Rows('The profile of a doctor')
  doctor_profile!: ExportedRow[];

  @Rows('The weekly windows of a doctor')
  availability!: ExportedRow[];

  @Rows('The exceptions of a doctor')
  exceptions!: ExportedRow[];

  @Rows('The patients that the account manages')
  patients!: ExportedRow[];

  @Rows('The bookings of the patients, including cancelled ones')
  bookings!: ExportedRow[];

  @Rows('The emails, with their state')
  messages!: ExportedRow[];

  @Rows('Log-ins: when, from which address, with which client')
  sessions!: ExportedRow[];

  @Rows('The refresh tokens of sessions, without the tokens themselves')
  refresh_tokens!: ExportedRow[];

  @Rows('The links in emails')
  links!: ExportedRow[];

  @Rows('Requests with an Idempotency-Key in the last 24 hours')
  requests!: ExportedRow[];

  @Rows('The events of the account in the audit trail')
  events!: ExportedRow[];
}

@ApiTags('My account')
@ApiSignedIn()
@Controller('auth/me')
export class PrivacyController {
  constructor(
    private readonly exports: ExportService,
    private readonly erasure: ErasureService,
  ) {}

  @Post('export')
  @RateLimit('change')
  @HttpCode(200)
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({
    operationId: 'exportMyData',
    summary: 'Export my data',
    description: 'All data about the account. One export at a time, three an hour.',
  })
  @ApiOkResponse({ type: ExportDto })
  @ApiProblems('WRONG_PASSWORD', 'SECOND_FACTOR_REQUIRED', 'SECOND_FACTOR_WRONG')
  @AcceptsIdempotencyKey()
  async export(@SignedInContext() context: AccountContext, @Body() proof: ConfirmedDto): Promise<Readable> {
    return this.exports.export(context, proof);
  }

  @Delete()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'eraseMyAccount',
    summary: 'Erase my account',
    description: 'Cannot be undone. Future bookings are cancelled, past ones stay under a pseudonym.',
  })
  @ApiOkMessage('The account is erased')
  @AcceptsIfMatch()
  @ApiProblems(
    'WRONG_PASSWORD',
    'SECOND_FACTOR_REQUIRED',
    'SECOND_FACTOR_WRONG',
    'LAST_ADMIN',
    'IS_CONFIGURED',
    'HAS_PROFILE',
  )
  async erase(@SignedInContext() context: AccountContext, @Body() proof: ConfirmedDto): Promise<MessageDto> {
    await this.erasure.erase(context, proof);
    return { message: 'The account is erased' };
  }
}
