import { Body, Controller, Get, HttpCode, Patch, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AcceptsIfMatch } from '../../http/accepts-if-match.js';
import { ApiProblems } from '../../http/api-problems.js';
import { Refusal } from '../../errors/domain-error.js';
import { AcceptsIdempotencyKey } from '../../idempotency/accepts-idempotency-key.js';
import { ApiOkMessage, MessageDto } from '../../http/message.dto.js';
import { Public, ApiSignedIn } from '../access.js';
import { type AccountContext, type Context, PublicContext, SignedInContext } from '../../http/context.js';
import { ENTITY_TAG, tagged } from '../../http/entity-tag.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';
import { AccountDto, ChangeMeDto, VerifyAddressDto } from './account.dto.js';
import { AccountsService } from './accounts.service.js';
import { AddressChange, type NewAddress } from './address-change.js';
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
  @ApiOkResponse({ type: AccountDto, headers: ENTITY_TAG })
  @ApiProblems('ACCOUNT_NOT_FOUND')
  async me(
    @SignedInContext() { actor }: AccountContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountDto> {
    return tagged(reply, AccountDto.from(await this.accounts.get(actor.id)));
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
  @ApiOkResponse({ type: AccountDto, headers: ENTITY_TAG })
  @ApiProblems(
    'WRONG_PASSWORD',
    'SECOND_FACTOR_REQUIRED',
    'SECOND_FACTOR_WRONG',
    'IS_CONFIGURED',
    'EMAIL_TAKEN',
    'ACCOUNT_NOT_FOUND',
  )
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  async change(
    @SignedInContext() context: AccountContext,
    @Body() { locale, email, password, code }: ChangeMeDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountDto> {
    if (locale === undefined && email === undefined)
      throw missingField('locale', 'locale is required if no email is sent');
    const address = email === undefined ? undefined : newAddress(email, password, code);
    return tagged(reply, AccountDto.from(await this.own.change(context, { locale, address })));
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

/** @throws Refusal VALIDATION_FAILED without the password */
function newAddress(email: string, password: string | undefined, code: string | undefined): NewAddress {
  if (password === undefined) throw missingField('password', 'password is required with email');
  return { email, password, code };
}

function missingField(field: string, message: string): Refusal {
  return new Refusal('VALIDATION_FAILED', message, [{ field, message }]);
}
