import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { ApiOkMessage, MessageDto } from '../../http/message.dto.js';
import { Public } from '../access.js';
import { type Context, PublicContext } from '../../http/context.js';
import { EmailDto, VerifyAddressDto } from './account.dto.js';
import { AddressConfirmation } from './address-confirmation.js';
import { AddressVerification } from './address-verification.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';

@ApiTags('My account')
@Public()
@Controller('auth/verify-email')
export class VerificationController {
  constructor(
    private readonly confirmation: AddressConfirmation,
    private readonly verification: AddressVerification,
  ) {}

  @Post()
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'verifyEmail',
    summary: 'Verify an email',
    description: 'Takes the emailed code and the password of the account.',
  })
  @ApiOkMessage('The address is confirmed')
  @ApiProblems('LINK_INVALID', 'WRONG_PASSWORD')
  async confirm(
    @Body() { token, password }: VerifyAddressDto,
    @PublicContext() context: Context,
  ): Promise<MessageDto> {
    await this.confirmation.confirm(context, token, password);
    return { message: 'The address is confirmed' };
  }

  @Post('send')
  @RateLimit('mails')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'resendVerification',
    summary: 'Send the verification again',
    description: 'Emails the code again if the address still needs confirmation.',
  })
  @ApiOkMessage('If this address still needs confirmation, an email is on its way')
  async sendAgain(@Body() { email }: EmailDto): Promise<MessageDto> {
    await this.verification.sendAgain(email);
    return { message: 'If this address still needs confirmation, an email is on its way' };
  }
}
