import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { AcceptsIdempotencyKey } from '../../idempotency/accepts-idempotency-key.js';
import { ApiOkMessage, MessageDto } from '../../http/message.dto.js';
import { Public, ApiSignedIn } from '../access.js';
import { ChangePasswordDto, EmailDto, ResetPasswordDto, SessionDto } from '../accounts/account.dto.js';
import { PasswordsService } from './passwords.service.js';
import {
  type AccountClientContext,
  type Context,
  PublicContext,
  SignedInContext,
} from '../../http/context.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import { SessionStarter } from '../sessions/session-starter.js';

@ApiTags('My account')
@Controller('auth/password')
export class PasswordsController {
  constructor(
    private readonly passwords: PasswordsService,
    private readonly starter: SessionStarter,
  ) {}

  @ApiSignedIn()
  @Post()
  @RateLimit('newPassword', 'newPasswordAccount')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'changeMyPassword',
    summary: 'Change my password',
    description: 'Ends all sessions and starts a new one, whose token is in the response.',
  })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems('WRONG_PASSWORD')
  @AcceptsIdempotencyKey()
  async change(
    @SignedInContext() context: AccountClientContext,
    @Body() { old_password, new_password }: ChangePasswordDto,
  ): Promise<SessionDto> {
    const account = await this.passwords.change(context, old_password, new_password);
    return SessionDto.of(account, await this.starter.renew(context, account));
  }

  @Public()
  @Post('forgot')
  @RateLimit('mails')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'requestPasswordReset',
    summary: 'Request a password reset',
    description:
      'If the address has an account, emails it a code that is valid for an hour and can be used once.',
  })
  @ApiOkMessage('If this address has an account, an email is on its way')
  async forgot(@Body() { email }: EmailDto, @PublicContext() context: Context): Promise<MessageDto> {
    await this.passwords.requestReset(context, email);
    return { message: 'If this address has an account, an email is on its way' };
  }

  @Public()
  @Post('reset')
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Reset a password',
    description: 'Sets a new password with the emailed code. Ends all sessions.',
  })
  @ApiOkMessage('The password is changed: log in with the new one')
  @ApiProblems('LINK_INVALID')
  async reset(
    @Body() { token, new_password }: ResetPasswordDto,
    @PublicContext() context: Context,
  ): Promise<MessageDto> {
    await this.passwords.reset(context, token, new_password);
    return { message: 'The password is changed: log in with the new one' };
  }
}
