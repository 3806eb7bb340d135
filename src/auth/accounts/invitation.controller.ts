import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refusal } from '../../errors/domain-error.js';
import { ApiProblems } from '../../http/api-problems.js';
import { ApiOkMessage, MessageDto } from '../../http/message.dto.js';
import { MaySignIn, Public } from '../access.js';
import { type Context, hasAccount, OptionalContext } from '../../http/context.js';
import { AcceptsIdempotencyKey } from '../../idempotency/accepts-idempotency-key.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import { AcceptInvitationDto } from './account.dto.js';
import { InvitedPatients } from './invited-patients.js';
import { PatientLinks } from './patient-links.js';

const ACCEPTED = 'Invitation accepted. Log in with the password.';

@ApiTags('My account')
@Public()
@Controller('auth/invitation')
export class InvitationController {
  constructor(
    private readonly passwords: PasswordsService,
    private readonly links: PatientLinks,
    private readonly patients: InvitedPatients,
  ) {}

  @Post()
  @MaySignIn()
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'acceptInvitation',
    summary: 'Accept an invitation',
    description:
      'Sets the password of an invited account, or opens the account of an invited patient, with the emailed code, which ' +
      'is valid for seven days and can be used once. If the address of an invited patient has an account, its owner ' +
      'logs in and sends the code without a password: the patient becomes a dependant. The account signed in must be of ' +
      'the invited address.',
  })
  @ApiOkMessage(ACCEPTED)
  @ApiProblems('LINK_INVALID', 'EMAIL_TAKEN')
  @AcceptsIdempotencyKey()
  async accept(
    @Body() { token, password }: AcceptInvitationDto,
    @OptionalContext() context: Context,
  ): Promise<MessageDto> {
    if (password === undefined) {
      if (!hasAccount(context)) throw passwordRequired();
      await this.patients.acceptBySignedIn(context, token);
      return { message: 'Invitation accepted. The patient is among your patients.' };
    }
    if (this.links.isForPatient(token)) await this.patients.acceptWithPassword(context, token, password);
    else await this.passwords.acceptInvitation(context, token, password);
    return { message: ACCEPTED };
  }
}

function passwordRequired(): Refusal {
  const message = 'password is required';
  return new Refusal('VALIDATION_FAILED', message, [{ field: 'password', message }]);
}
