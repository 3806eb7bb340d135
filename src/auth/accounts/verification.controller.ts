import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { MessageDto } from '../../http/message.dto.js';
import { Public } from '../access.js';
import { EmailDto, VerifyAddressDto } from './account.dto.js';
import { AddressConfirmation } from './address-confirmation.js';
import { AddressVerification } from './address-verification.js';
import { type Visiting, Visitor } from '../principal.js';
import { RateLimit } from '../throttling/rate-limit.js';

@ApiTags('Accounts')
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
  @ApiOperation({ summary: 'Confirm an address with the mailed code and the password of the account' })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400)
  async confirm(@Body() { token, password }: VerifyAddressDto, @Visitor() by: Visiting): Promise<MessageDto> {
    await this.confirmation.confirm(by, token, password);
    return { message: 'The address is confirmed' };
  }

  @Post('send')
  @RateLimit('mails')
  @HttpCode(200)
  @ApiOperation({ summary: 'Have the code that confirms an address mailed once more' })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400)
  async sendAgain(@Body() { email }: EmailDto): Promise<MessageDto> {
    await this.verification.sendAgain(email);
    return { message: 'If this address is still to be confirmed, a mail is on its way to it' };
  }
}
