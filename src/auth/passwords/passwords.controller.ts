import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { MessageDto } from '../../http/message.dto.js';
import { AcceptsIdempotencyKey } from '../../idempotency/keyed-request.js';
import { Public, SignedIn } from '../access.js';
import { ChangePasswordDto, EmailDto, ResetPasswordDto, SessionDto } from '../accounts/account.dto.js';
import { PasswordsService } from './passwords.service.js';
import { type Asker, Caller, type Visiting, Visitor } from '../principal.js';
import { RateLimit } from '../throttling/rate-limit.js';
import { SessionStarter } from '../sessions/session-starter.js';

@ApiTags('Accounts')
@Controller('auth/password')
export class PasswordsController {
  constructor(
    private readonly passwords: PasswordsService,
    private readonly starter: SessionStarter,
  ) {}

  @SignedIn()
  @Post()
  @RateLimit('change')
  @HttpCode(200)
  @ApiOperation({ summary: 'Change the own password; all sessions end, and the answer begins a new one' })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems(400)
  @AcceptsIdempotencyKey()
  async change(
    @Caller() by: Asker,
    @Body() { old_password, new_password }: ChangePasswordDto,
  ): Promise<SessionDto> {
    const account = await this.passwords.change(by, old_password, new_password);
    return SessionDto.of(account, await this.starter.renew(account, by));
  }

  @Public()
  @Post('forgot')
  @RateLimit('mails')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Have a code for a new password mailed, good once, for an hour or until the next may be mailed',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400)
  async forgot(@Body() { email }: EmailDto, @Visitor() by: Visiting): Promise<MessageDto> {
    await this.passwords.forgotten(by, email);
    return { message: 'If there is an account with this address, a mail is on its way to it' };
  }

  @Public()
  @Post('reset')
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({ summary: 'Set a new password with the mailed code; all sessions end' })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400)
  async reset(
    @Body() { token, new_password }: ResetPasswordDto,
    @Visitor() by: Visiting,
  ): Promise<MessageDto> {
    await this.passwords.reset(by, token, new_password);
    return { message: 'The password is changed: log in with the new one' };
  }
}
