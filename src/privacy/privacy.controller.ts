import { Body, Controller, Delete, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { SignedIn } from '../auth/access.js';
import { type Asker, Caller } from '../auth/principal.js';
import { ApiProblems } from '../http/api-problems.js';
import { PasswordField } from '../http/fields.js';
import { MessageDto } from '../http/message.dto.js';
import { ErasureService } from './erasure.service.js';
import { type Export, type ExportedRow, ExportService } from './export.service.js';

class EraseDto {
  @PasswordField({ example: 'demo-patient-password' })
  password!: string;
}

function Rows(description: string): PropertyDecorator {
  return ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, description });
}

class ExportDto implements Export {
  @Rows('The account itself, in one row')
  account!: ExportedRow[];

  @Rows('The profile of a doctor')
  doctor_profile!: ExportedRow[];

  @Rows('The weekly windows of a doctor')
  availability!: ExportedRow[];

  @Rows('What a doctor blocked')
  exceptions!: ExportedRow[];

  @Rows('As a patient, cancelled ones too')
  bookings!: ExportedRow[];

  @Rows('The mails, and what became of them')
  messages!: ExportedRow[];

  @Rows('Log-ins: when, from where, with what')
  sessions!: ExportedRow[];

  @Rows('What sessions were gone on with')
  refresh_tokens!: ExportedRow[];

  @Rows('Mailed links')
  links!: ExportedRow[];

  @Rows('Requests with an Idempotency-Key, of the last 24 hours')
  requests!: ExportedRow[];

  @Rows('What the audit trail tells of the account')
  events!: ExportedRow[];
}

@ApiTags('Accounts')
@SignedIn()
@Controller('auth/me')
export class PrivacyController {
  constructor(
    private readonly exports: ExportService,
    private readonly erasure: ErasureService,
  ) {}

  @Get('export')
  @ApiOperation({ summary: "Everything that is held about the caller's account" })
  @ApiOkResponse({ type: ExportDto })
  async export(@Caller() { id }: Asker): Promise<ExportDto> {
    return this.exports.export(id);
  }

  @Delete()
  @ApiOperation({
    summary: "Erase the caller's account: coming bookings are cancelled, past ones stay under a pseudonym",
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400)
  async erase(@Caller() by: Asker, @Body() { password }: EraseDto): Promise<MessageDto> {
    await this.erasure.erase(by, password);
    return { message: 'The account is erased' };
  }
}
