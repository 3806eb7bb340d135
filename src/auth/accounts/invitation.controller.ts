import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { ApiOkMessage, MessageDto } from '../../http/message.dto.js';
import { Public } from '../access.js';
import { type Context, PublicContext } from '../../http/context.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import { AcceptInvitationDto } from './account.dto.js';

@ApiTags('My account')
@Public()
@Controller('auth/invitation')
export class InvitationController {
  constructor(private readonly passwords: PasswordsService) {}

  @Post()
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'acceptInvitation',
    summary: 'Accept an invitation',
    description:
      'Sets the password of an invited account with the emailed code, which is valid for seven days and can be used once.',
  })
  @ApiOkMessage('Invitation accepted. Log in with the password.')
  @ApiProblems('LINK_INVALID')
  async accept(
    @Body() { token, password }: AcceptInvitationDto,
    @PublicContext() context: Context,
  ): Promise<MessageDto> {
    await this.passwords.acceptInvitation(context, token, password);
    return { message: 'Invitation accepted. Log in with the password.' };
  }
}
