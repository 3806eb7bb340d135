import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { AcceptsIdempotencyKey } from '../../idempotency/accepts-idempotency-key.js';
import { ApiOkMessage, MessageDto } from '../../http/message.dto.js';
import { Public, SignedIn } from '../access.js';
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

  @SignedIn()
  @Post()
  @RateLimit('newPassword')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'changeMyPassword',
    summary: 'Change my password',
    description: 'All sessions end, and the answer begins a new one.',
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
    description: 'Mails a code, good once and for an hour, to the address if it has an account.',
  })
  @ApiOkMessage('If there is an account with this address, a mail is on its way to it')
  async forgot(@Body() { email }: EmailDto, @PublicContext() context: Context): Promise<MessageDto> {
    await this.passwords.forgotten(context, email);
    return { message: 'If there is an account with this address, a mail is on its way to it' };
  }

  @Public()
  @Post('reset')
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resetPassword',
    summary: 'Reset a password',
    description: 'Sets a new password with the mailed code. All sessions end.',
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
