import { Body, Controller, Get, HttpCode, Ip, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.js';
import { Public, SignedIn } from './access.js';
import {
  AccountDto,
  ChangeLocaleDto,
  LoginDto,
  RegisterDto,
  RegisteredDto,
  SessionDto,
} from './account.dto.js';
import { AccountsService } from './accounts.service.js';
import { LoginService } from './login.service.js';
import { Caller, type Principal } from './principal.js';
import { Throttle } from './throttle.js';
import { TokenIssuer } from './token.js';

@ApiTags('Accounts')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly logins: LoginService,
    private readonly tokens: TokenIssuer,
    private readonly throttle: Throttle,
  ) {}

  @Public()
  @Post('register')
  @ApiOperation({ summary: 'Register as a patient' })
  @ApiCreatedResponse({ type: RegisteredDto })
  @ApiProblems(400)
  async register(
    @Body() { email, password, locale }: RegisterDto,
    @Ip() address: string,
  ): Promise<RegisteredDto> {
    await this.throttle.count('register', address);
    return RegisteredDto.from(await this.accounts.open({ email, password, role: 'user', locale }));
  }

  @Public()
  @Post('login')
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in: exchange email and password for a token' })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems(400)
  async login(@Body() { email, password }: LoginDto, @Ip() address: string): Promise<SessionDto> {
    const account = await this.logins.logIn(email, password, address);
    return { token: this.tokens.issue(account), user: AccountDto.from(account) };
  }

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
  @ApiOperation({ summary: "Choose the language of the caller's mails" })
  @ApiOkResponse({ type: AccountDto })
  @ApiProblems(400, 404)
  async changeLocale(@Caller() { id }: Principal, @Body() { locale }: ChangeLocaleDto): Promise<AccountDto> {
    return AccountDto.from(await this.accounts.changeLocale(id, locale));
  }
}
