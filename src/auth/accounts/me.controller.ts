import { Body, Controller, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../http/api-problems.js';
import { Refusal } from '../../errors/domain-error.js';
import { AcceptsIdempotencyKey } from '../../idempotency/accepts-idempotency-key.js';
import { ApiOkMessage, MessageDto } from '../../http/message.dto.js';
import { Public, ApiSignedIn } from '../access.js';
import { type AccountContext, type Context, PublicContext, SignedInContext } from '../../http/context.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import { AccountDto, ChangeMeDto, VerifyAddressDto } from './account.dto.js';
import { AccountsService } from './accounts.service.js';
import { AddressChange } from './address-change.js';
import { OwnAccount } from './own-account.service.js';

/** The actor's own account. */
@ApiTags('My account')
@Controller('auth')
export class MeController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly addressChange: AddressChange,
    private readonly own: OwnAccount,
  ) {}

  @ApiSignedIn()
  @Get('me')
  @ApiOperation({
    operationId: 'getMyAccount',
    summary: 'Get my account',
    description: 'With its role and language.',
  })
  @ApiOkResponse({ type: AccountDto })
  @ApiProblems('ACCOUNT_NOT_FOUND')
  async me(@SignedInContext() { actor }: AccountContext): Promise<AccountDto> {
    return AccountDto.from(await this.accounts.get(actor.id));
  }

  @ApiSignedIn()
  @Patch('me')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'changeMyAccount',
    summary: 'Change my language or email',
    description:
      'The email changes when the code emailed to the new address is sent to `POST /api/auth/change-email`.',
  })
  @ApiOkResponse({ type: AccountDto })
  @ApiProblems(
    'WRONG_PASSWORD',
    'SECOND_FACTOR_REQUIRED',
    'SECOND_FACTOR_WRONG',
    'IS_CONFIGURED',
    'EMAIL_TAKEN',
    'ACCOUNT_NOT_FOUND',
  )
  @AcceptsIdempotencyKey()
  async change(
    @SignedInContext() context: AccountContext,
    @Body() { locale, email, password, code }: ChangeMeDto,
  ): Promise<AccountDto> {
    if (locale === undefined && email === undefined)
      throw missingField('locale', 'locale is required if no email is sent');
    if (email === undefined)
      return AccountDto.from(await this.own.change(context, { locale, address: undefined }));
    if (password === undefined) throw missingField('password', 'password is required with email');
    return AccountDto.from(await this.own.change(context, { locale, address: { email, password, code } }));
  }

  @Public()
  @Post('change-email')
  @RateLimit('codes')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'confirmNewEmail',
    summary: 'Confirm a new email',
    description:
      'Takes the code emailed to the new address and the password of the account. Ends all sessions.',
  })
  @ApiOkMessage('The address is changed: log in with the new one')
  @ApiProblems('LINK_INVALID', 'WRONG_PASSWORD', 'EMAIL_TAKEN')
  async finish(
    @Body() { token, password }: VerifyAddressDto,
    @PublicContext() context: Context,
  ): Promise<MessageDto> {
    await this.addressChange.finish(context, token, password);
    return { message: 'The address is changed: log in with the new one' };
  }
}

function missingField(field: string, message: string): Refusal {
  return new Refusal('VALIDATION_FAILED', message, [{ field, message }]);
}
