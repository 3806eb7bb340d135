import { Body, Controller, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { Refusal } from '../../http/domain-error.js';
import { MessageDto } from '../../http/message.dto.js';
import { AcceptsIdempotencyKey } from '../../idempotency/keyed-request.js';
import { Public, SignedIn } from '../access.js';
import { type Asker, Caller, type Principal, type Visiting, Visitor } from '../principal.js';
import { RateLimit } from '../throttling/rate-limit.js';
import { AccountDto, ChangeMeDto, VerifyAddressDto } from './account.dto.js';
import { AccountsService } from './accounts.service.js';
import { AddressChange } from './address-change.js';
import { OwnAccount } from './own-account.service.js';

/** The caller's own account. */
@ApiTags('Accounts')
@Controller('auth')
export class MeController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly addressChange: AddressChange,
    private readonly own: OwnAccount,
  ) {}

  @SignedIn()
  @Get('me')
  @ApiOperation({ summary: "The caller's own account" })
  @ApiOkResponse({ type: AccountDto })
  @ApiProblems(404)
  async me(@Caller() { id }: Principal): Promise<AccountDto> {
    return AccountDto.from(await this.accounts.get(id));
  }

  @SignedIn()
  @Patch('me')
  @RateLimit('change')
  @ApiOperation({
    summary:
      "Choose the language of the caller's mails, or another address: it changes once the code mailed there comes back",
  })
  @ApiOkResponse({ type: AccountDto })
  @ApiProblems(400, 404)
  @AcceptsIdempotencyKey()
  async change(
    @Caller() by: Asker,
    @Body() { locale, email, password, code }: ChangeMeDto,
  ): Promise<AccountDto> {
    if (locale === undefined && email === undefined)
      throw lacking('locale', 'locale is required where no email is sent');
    if (email === undefined)
      return AccountDto.from(await this.own.change(by, { locale, address: undefined }));
    if (password === undefined) throw lacking('password', 'password is required with email');
    return AccountDto.from(await this.own.change(by, { locale, address: { email, password, code } }));
  }

  @Public()
  @Post('change-email')
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Give an account its new address, with the code that was mailed there and the password of the account; all sessions end',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400)
  async finish(@Body() { token, password }: VerifyAddressDto, @Visitor() by: Visiting): Promise<MessageDto> {
    await this.addressChange.finish(by, token, password);
    return { message: 'The address is changed: log in with the new one' };
  }
}

function lacking(field: string, message: string): Refusal {
  return new Refusal('VALIDATION_FAILED', message, [{ field, message }]);
}
