import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { ApiOkMessage, MessageDto } from '../../http/message.dto.js';
import { Public } from '../access.js';
import { type Context, PublicContext } from '../../http/context.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import { CodeDto } from './account.dto.js';
import { AddressRefusals } from './address-refusals.js';

@ApiTags('My account')
@Public()
@Controller('auth/not-me')
export class NotMeController {
  constructor(private readonly refusals: AddressRefusals) {}

  @Post()
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'disownEmail',
    summary: 'Report that an account is not mine',
    description:
      'Takes the code from an email about an account or a patient. The address gets no further emails.',
  })
  @ApiOkMessage('This address gets no further emails until its owner confirms it with a new password')
  @ApiProblems('LINK_INVALID')
  async refuse(@Body() { token }: CodeDto, @PublicContext() context: Context): Promise<MessageDto> {
    await this.refusals.refuse(context, token);
    return { message: 'This address gets no further emails until its owner confirms it with a new password' };
  }
}
