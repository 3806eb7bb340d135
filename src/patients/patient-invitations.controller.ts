import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Only } from '../auth/access.js';
import { DESK } from '../auth/role.js';
import { AcceptsIfMatch } from '../http/accepts-if-match.js';
import { ApiProblems } from '../http/api-problems.js';
import { type AccountContext, SignedInContext } from '../http/context.js';
import { IdParams } from '../http/id-params.js';
import { ApiOkMessage, MessageDto } from '../http/message.dto.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { AcceptsIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { PatientInvitations } from './patient-invitations.service.js';

const INVITED = 'The invitation is on its way.';

@ApiTags('Patients')
@Only(...DESK)
@Controller('patients')
export class PatientInvitationsController {
  constructor(private readonly invitations: PatientInvitations) {}

  @Post(':id/invitation')
  @RateLimit('change')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'invitePatient',
    summary: 'Invite a patient',
    description:
      'Mails the patient a code, valid for seven days, with which they open an account (`POST /api/auth/invitation`). If ' +
      'the address has an account, its owner accepts, and the patient becomes a dependant. For the desk. ' +
      'Refused with 429 until two minutes after an invitation to the address; the pause grows with each one that is not accepted.',
  })
  @ApiOkMessage(INVITED)
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  @ApiProblems('PATIENT_NOT_FOUND', 'PATIENT_WITHOUT_EMAIL', 'PATIENT_HAS_ACCOUNT')
  async invite(@SignedInContext() context: AccountContext, @Param() { id }: IdParams): Promise<MessageDto> {
    await this.invitations.invite(context, id);
    return { message: INVITED };
  }
}
