import { Body, Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { PLACEHOLDER_PASSWORD } from '../../http/example-password.js';
import { CodeField } from '../../http/fields.js';
import { PasswordField } from '../passwords/password-fields.js';
import { AcceptsIdempotencyKey } from '../../idempotency/accepts-idempotency-key.js';
import { ApiSignedIn } from '../access.js';
import { SessionDto } from '../accounts/account.dto.js';
import { type AccountClientContext, type AccountContext, SignedInContext } from '../../http/context.js';
import { SessionStarter } from '../sessions/session-starter.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import { SecondFactors } from './second-factors.service.js';

class BeginDto {
  @PasswordField({ example: PLACEHOLDER_PASSWORD })
  password!: string;
}

class ConfirmDto {
  @CodeField()
  code!: string;
}

class RemoveDto extends BeginDto {
  @CodeField()
  code!: string;
}

class BegunDto {
  @ApiProperty({
    example: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    description: 'For typing into an authenticator',
  })
  secret!: string;

  @ApiProperty({
    example: 'otpauth://totp/Clinica:patient%40clinica.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    description: 'The same as a URI, for a QR code',
  })
  uri!: string;
}

@ApiTags('Second factor')
@ApiSignedIn()
@Controller('auth/second-factor')
export class SecondFactorController {
  constructor(
    private readonly secondFactors: SecondFactors,
    private readonly starter: SessionStarter,
  ) {}

  @Post()
  @RateLimit('secondFactorChange')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'beginSecondFactor',
    summary: 'Set up a second factor',
    description:
      'Returns a secret for an authenticator. Log-in does not ask for codes until the secret is confirmed.',
  })
  @ApiOkResponse({ type: BegunDto })
  @ApiProblems('WRONG_PASSWORD', 'SECOND_FACTOR_IS_ON', 'EMAIL_NOT_VERIFIED')
  @AcceptsIdempotencyKey()
  async begin(@SignedInContext() context: AccountContext, @Body() { password }: BeginDto): Promise<BegunDto> {
    return this.secondFactors.begin(context, password);
  }

  @Post('confirm')
  @RateLimit('secondFactorChange')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'confirmSecondFactor',
    summary: 'Confirm the second factor',
    description:
      'From now on, log-in asks for a code. Ends all sessions and starts a new one, whose token is in the response.',
  })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems('SECOND_FACTOR_NOT_BEGUN', 'SECOND_FACTOR_IS_ON', 'SECOND_FACTOR_WRONG', 'ACCOUNT_NOT_FOUND')
  @AcceptsIdempotencyKey()
  async confirm(
    @SignedInContext() context: AccountClientContext,
    @Body() { code }: ConfirmDto,
  ): Promise<SessionDto> {
    const account = await this.secondFactors.confirm(context, code);
    return SessionDto.of(account, await this.starter.renew(context, account));
  }

  @Delete()
  @RateLimit('secondFactorChange')
  @ApiOperation({
    operationId: 'removeSecondFactor',
    summary: 'Remove the second factor',
    description: 'Ends all sessions and starts a new one, whose token is in the response.',
  })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems('WRONG_PASSWORD', 'SECOND_FACTOR_WRONG', 'SECOND_FACTOR_NOT_BEGUN')
  @AcceptsIdempotencyKey()
  async remove(
    @SignedInContext() context: AccountClientContext,
    @Body() { password, code }: RemoveDto,
  ): Promise<SessionDto> {
    const account = await this.secondFactors.remove(context, password, code);
    return SessionDto.of(account, await this.starter.renew(context, account));
  }
}
