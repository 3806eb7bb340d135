import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { MessageDto } from '../../http/message.dto.js';
import { Public } from '../access.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { type Visiting, Visitor } from '../principal.js';
import { RateLimit } from '../throttling/rate-limit.js';
import { AcceptInvitationDto } from './account.dto.js';

@ApiTags('Accounts')
@Public()
@Controller('auth/invitation')
export class InvitationController {
  constructor(private readonly passwords: PasswordsService) {}

  @Post()
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Accept an invitation with the mailed code, good once and for seven days: choose a password',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400)
  async accept(
    @Body() { token, password }: AcceptInvitationDto,
    @Visitor() by: Visiting,
  ): Promise<MessageDto> {
    await this.passwords.acceptInvitation(by, token, password);
    return { message: 'The account is yours: log in with the password' };
  }
}
