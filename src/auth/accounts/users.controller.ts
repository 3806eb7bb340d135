import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { RecordedRead } from '../../audit/recorded-read.js';
import { ApiProblems } from '../../http/api-problems.js';
import { IdParams } from '../../http/id-params.js';
import { AcceptsIdempotencyKey } from '../../idempotency/keyed-request.js';
import { Only } from '../access.js';
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
import { type Asker, Caller } from '../principal.js';
import { RateLimit } from '../throttling/rate-limit.js';

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
    summary:
      'Open an account of any role, for instance for a doctor; without a password, by a mailed invitation',
  })
  @ApiCreatedResponse({ type: AccountDto })
  @ApiProblems(400)
  @AcceptsIdempotencyKey()
  async create(
    @Caller() by: Asker,
    @Body() { email, password, role, locale, proof }: CreateAccountDto,
  ): Promise<AccountDto> {
    return AccountDto.from(await this.opening.open(by, { email, password, role, locale }, proof));
  }

  @Get()
  @RecordedRead('account.listed')
  @ApiOperation({ summary: 'All accounts, by id' })
  @ApiOkResponse({ type: [ManagedAccountDto] })
  @ApiProblems(400)
  async list(@Query() query: AccountsQuery): Promise<ManagedAccountDto[]> {
    return (await this.accounts.list(query)).map((account) => ManagedAccountDto.from(account));
  }

  @Patch(':id')
  @RateLimit('change')
  @ApiOperation({
    summary:
      'Change what an account may do, disable or enable it, free it of a lost second factor; its tokens end',
  })
  @ApiParam({ name: 'id', type: 'integer', example: 13 })
  @ApiOkResponse({ type: ManagedAccountDto })
  @ApiProblems(400, 404)
  @AcceptsIdempotencyKey()
  async change(
    @Caller() by: Asker,
    @Param() { id }: IdParams,
    @Body() { role, disabled, second_factor, proof }: ChangeAccountDto,
  ): Promise<ManagedAccountDto> {
    const change = { role, isDisabled: disabled, secondFactor: second_factor };
    return ManagedAccountDto.from(await this.rights.change(by, id, change, proof));
  }
}
