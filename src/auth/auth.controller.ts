import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { Refusal } from '../http/domain-error.js';
import { MessageDto } from '../http/message.dto.js';
import { note } from '../http/request-notes.js';
import { AcceptsIdempotencyKey } from '../idempotency/keyed-request.js';
import { Public, SignedIn } from './access.js';
import {
  LoginDto,
  LogOutDto,
  RefreshDto,
  RegisterDto,
  RegisteredDto,
  SessionDto,
} from './accounts/account.dto.js';
import { AccountsService } from './accounts/accounts.service.js';
import { inEvenTime } from './throttling/even-time.js';
import { LoginService } from './sessions/login.service.js';
import { LogoutService } from './sessions/logout.service.js';
import { type Asker, Caller, type Visiting, Visitor } from './principal.js';
import { RefreshTokens } from './sessions/refresh-tokens.js';
import { RateLimit } from './throttling/rate-limit.js';
import { SessionStarter } from './sessions/session-starter.js';
import { SHORT_TOKEN_SECONDS, TokenIssuer } from './sessions/token.js';

@ApiTags('Accounts')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly logins: LoginService,
    private readonly refreshTokens: RefreshTokens,
    private readonly logouts: LogoutService,
    private readonly starter: SessionStarter,
    private readonly tokens: TokenIssuer,
  ) {}

  @Public()
  @Post('register')
  @RateLimit('register', 'registerDaily')
  @ApiOperation({ summary: 'Register as a patient' })
  @ApiCreatedResponse({ type: RegisteredDto })
  @ApiProblems(400)
  async register(
    @Body() { email, password, locale }: RegisterDto,
    @Visitor() by: Visiting,
  ): Promise<RegisteredDto> {
    return RegisteredDto.from(
      await inEvenTime(() => this.accounts.register(by, { email, password, locale })),
    );
  }

  @Public()
  @Post('login')
  @RateLimit('loginAddress', 'login')
  @HttpCode(200)
  @ApiOperation({ summary: 'Log in: exchange email and password for a token' })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems(400)
  async login(
    @Body() { refresh, ...credentials }: LoginDto,
    @Req() request: FastifyRequest,
    @Visitor() by: Visiting,
  ): Promise<SessionDto> {
    const account = await this.logins.logIn(credentials, by);
    note(request, { account: account.id });
    const { token, refreshToken } = await this.starter.begin(account, by, refresh);
    return SessionDto.of(account, token, refreshToken);
  }

  @Public()
  @Post('refresh')
  @RateLimit('refresh')
  @HttpCode(200)
  @ApiOperation({ summary: 'Exchange a refresh token for a new token and a new refresh token' })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems(400, 401)
  async refresh(
    @Body() { refresh_token }: RefreshDto,
    @Req() request: FastifyRequest,
    @Visitor() by: Visiting,
  ): Promise<SessionDto> {
    const { account, session, next } = await this.refreshTokens.exchange(by, refresh_token);
    note(request, { account: account.id });
    return SessionDto.of(account, this.tokens.issue(account, session, SHORT_TOKEN_SECONDS), next);
  }

  @Public()
  @Post('logout')
  @RateLimit('refresh')
  @HttpCode(200)
  @ApiOperation({
    summary: 'End the session of a refresh token in the body, or without one that of the bearer token',
  })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400, 401)
  async logOut(
    @Body() { refresh_token }: LogOutDto,
    @Req() request: FastifyRequest,
    @Visitor() by: Visiting,
  ): Promise<MessageDto> {
    const { authorization } = request.headers;
    if (refresh_token !== undefined) await this.refreshTokens.end(refresh_token);
    else if (!authorization) throw nothingToEnd();
    else note(request, { account: (await this.logouts.logOut(by, authorization)).id });
    return { message: 'Logged out' };
  }

  @SignedIn()
  @Post('logout-everywhere')
  @RateLimit('change')
  @HttpCode(200)
  @ApiOperation({ summary: "End all the caller's sessions: no token issued until now is good any more" })
  @ApiOkResponse({ type: MessageDto })
  @ApiProblems(400)
  @AcceptsIdempotencyKey()
  async logOutEverywhere(@Caller() by: Asker): Promise<MessageDto> {
    await this.logins.logOutEverywhere(by);
    return { message: 'Logged out everywhere' };
  }
}

function nothingToEnd(): Refusal {
  const message = 'refresh_token is required where no bearer token is sent';
  return new Refusal('VALIDATION_FAILED', message, [{ field: 'refresh_token', message }]);
}
