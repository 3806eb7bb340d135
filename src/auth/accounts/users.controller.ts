import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RecordedRead } from '../../audit/recorded-read.js';
import { AcceptsIfMatch } from '../../http/accepts-if-match.js';
import { ApiProblems } from '../../http/api-problems.js';
import { ENTITY_TAG, tagged } from '../../http/entity-tag.js';
import { IdParams } from '../../http/id-params.js';
import { AcceptsIdempotencyKey } from '../../idempotency/accepts-idempotency-key.js';
import { Only } from '../access.js';
import { type AccountContext, SignedInContext } from '../../http/context.js';
import { AccountDto } from './account.dto.js';
import { AccountOpening } from './account-opening.service.js';
import {
  AccountsQuery,
  ChangeAccountDto,
  CreateAccountDto,
  ManagedAccountDto,
} from './managed-account.dto.js';
import { AccountRights } from './account-rights.service.js';
import { AccountsService } from './accounts.service.js';
import { RateLimit } from '../../http/rate-limits/rate-limit.js';

/** The answers to an admin whose own credentials are missing or wrong. */
const WRONG_PROOF = [
  'PASSWORD_REQUIRED',
  'WRONG_PASSWORD',
  'SECOND_FACTOR_REQUIRED',
  'SECOND_FACTOR_WRONG',
] as const;

@ApiTags('Accounts')
@Only('admin')
@Controller('users')
export class UsersController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly opening: AccountOpening,
    private readonly rights: AccountRights,
  ) {}

  @Post()
  @RateLimit('change')
  @ApiOperation({
    operationId: 'createAccount',
    summary: 'Create an account',
    description:
      'An account of any role, for example for a doctor. Without a password, its owner gets an invitation by email.',
  })
  @ApiCreatedResponse({ type: AccountDto, headers: ENTITY_TAG })
  @AcceptsIdempotencyKey()
  @ApiProblems('EMAIL_TAKEN', ...WRONG_PROOF)
  async create(
    @SignedInContext() context: AccountContext,
    @Body() { email, password, role, locale, proof }: CreateAccountDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountDto> {
    const opened = await this.opening.open(context, { email, password, role, locale }, proof);
    return tagged(reply, AccountDto.from(opened));
  }

  @Get()
  @RecordedRead('account.listed')
  @ApiOperation({
    operationId: 'listAccounts',
    summary: 'List accounts',
    description: 'All accounts, by id.',
  })
  @ApiOkResponse({ type: [ManagedAccountDto] })
  async list(@Query() query: AccountsQuery): Promise<ManagedAccountDto[]> {
    return (await this.accounts.list(query)).map((account) => ManagedAccountDto.from(account));
  }

  @Patch(':id')
  @RateLimit('change')
  @ApiOperation({
    operationId: 'changeAccount',
    summary: 'Change the role or state of an account',
    description:
      'Changes the role, disables or enables the account, or removes a lost second factor. Ends its sessions. ' +
      'The admin of the configuration can be neither demoted nor disabled.',
  })
  @ApiOkResponse({ type: ManagedAccountDto, headers: ENTITY_TAG })
  @ApiProblems(...WRONG_PROOF, 'EMAIL_NOT_VERIFIED', 'LAST_ADMIN', 'IS_CONFIGURED', 'ACCOUNT_NOT_FOUND')
  @AcceptsIdempotencyKey()
  @AcceptsIfMatch()
  async change(
    @SignedInContext() context: AccountContext,
    @Param() { id }: IdParams,
    @Body() { role, disabled, second_factor, proof }: ChangeAccountDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ManagedAccountDto> {
    const change = { role, isDisabled: disabled, secondFactor: second_factor };
    const changed = await this.rights.change(context, id, change, proof);
    return tagged(reply, ManagedAccountDto.from(changed));
  }
}
