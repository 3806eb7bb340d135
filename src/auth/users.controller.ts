import { Body, Controller, Param, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.js';
import { IdParams } from '../http/id-params.js';
import { AcceptsIdempotencyKey, Keyed, type KeyedRequest } from '../idempotency/keyed-request.js';
import { Only } from './access.js';
import { AccountDto, ChangeRoleDto, CreateAccountDto } from './account.dto.js';
import { AccountsService } from './accounts.service.js';

@ApiTags('Accounts')
@Only('admin')
@Controller('users')
export class UsersController {
  constructor(private readonly accounts: AccountsService) {}

  @Post()
  @ApiOperation({ summary: 'Open an account of any role, for instance for a doctor' })
  @ApiCreatedResponse({ type: AccountDto })
  @ApiProblems(400)
  @AcceptsIdempotencyKey()
  async create(
    @Body() { email, password, role, locale }: CreateAccountDto,
    @Keyed() keyed?: KeyedRequest,
  ): Promise<AccountDto> {
    return AccountDto.from(await this.accounts.open({ email, password, role, locale }, keyed));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change what an account may do' })
  @ApiParam({ name: 'id', type: 'integer', example: 13 })
  @ApiOkResponse({ type: AccountDto })
  @ApiProblems(400, 404)
  async changeRole(@Param() { id }: IdParams, @Body() { role }: ChangeRoleDto): Promise<AccountDto> {
    return AccountDto.from(await this.accounts.changeRole(id, role));
  }
}
