import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../http/api-problems.js';
import { Refusal } from '../errors/domain-error.js';
import { ApiOkMessage, MessageDto } from '../http/message.dto.js';
import { note } from '../http/request-notes.js';
import { AcceptsIdempotencyKey, NeedsNoIdempotencyKey } from '../idempotency/accepts-idempotency-key.js';
import { Public, ApiSignedIn } from './access.js';
import {
  LoginDto,
  LogOutDto,
  RefreshDto,
  RegisterDto,
  RegisteredDto,
  SessionDto,
} from './accounts/account.dto.js';
import { AccountsService } from './accounts/accounts.service.js';
import { withMinimumDuration } from './throttling/minimum-duration.js';
import { LoginService } from './sessions/login.service.js';
import { LogoutService } from './sessions/logout.service.js';
import {
  type AccountContext,
  type ClientContext,
  type Context,
  PublicContext,
  SignedInContext,
} from '../http/context.js';
import { RefreshTokens } from './sessions/refresh-tokens.js';
import { RateLimit } from '../http/rate-limits/rate-limit.js';
import { SessionStarter } from './sessions/session-starter.js';
import { SHORT_TOKEN_SECONDS, TokenIssuer } from './sessions/token.js';

@ApiTags('Log-in')
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
  @RateLimit('register')
  @ApiOperation({
    operationId: 'registerPatient',
    summary: 'Register as a patient',
    description:
      'Opens an account of role `user`. If the clinic requires it, the address must be confirmed before the first log-in.',
  })
  @ApiCreatedResponse({ type: RegisteredDto })
  @ApiProblems('EMAIL_TAKEN')
  async register(@Body() body: RegisterDto, @PublicContext() context: Context): Promise<RegisteredDto> {
    return RegisteredDto.from(
      await withMinimumDuration(() => this.accounts.register(context, body.toAccount(), body.toPerson())),
    );
  }

  @Public()
  @Post('login')
  @RateLimit('loginAddress', 'login')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'logIn',
    summary: 'Log in',
    description:
      'Exchanges email and password for a token, valid for 24 hours; with `refresh: true`, for 15 minutes, with a refresh token.',
  })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems('INVALID_CREDENTIALS', 'EMAIL_NOT_VERIFIED', 'SECOND_FACTOR_REQUIRED', 'SECOND_FACTOR_WRONG')
  async login(
    @Body() { refresh, ...credentials }: LoginDto,
    @Req() request: FastifyRequest,
    @PublicContext() context: ClientContext,
  ): Promise<SessionDto> {
    const account = await this.logins.logIn(context, credentials);
    note(request, { account: account.id });
    const { token, refreshToken } = await this.starter.begin(context, account, refresh);
    return SessionDto.of(account, token, refreshToken);
  }

  @Public()
  @Post('refresh')
  @RateLimit('refresh')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'refreshToken',
    summary: 'Get a new token',
    description:
      'Exchanges a refresh token, which can be used once, for a new token and a new refresh token.',
  })
  @ApiOkResponse({ type: SessionDto })
  @ApiProblems('REFRESH_TOKEN_INVALID')
  async refresh(
    @Body() { refresh_token }: RefreshDto,
    @Req() request: FastifyRequest,
    @PublicContext() context: ClientContext,
  ): Promise<SessionDto> {
    const { account, session, next } = await this.refreshTokens.exchange(context, refresh_token);
    note(request, { account: account.id });
    return SessionDto.of(account, this.tokens.issue(account, session, SHORT_TOKEN_SECONDS), next);
  }

  @Public()
  @Post('logout')
  @RateLimit('refresh')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'logOut',
    summary: 'Log out',
    description:
      'Ends the session of the refresh token in the body. Without one, ends the session of the bearer token in ' +
      '`Authorization`: sent again, the request gets 401, also with an `Idempotency-Key`.',
  })
  @ApiOkMessage('Logged out')
  @NeedsNoIdempotencyKey()
  @ApiProblems('NO_SESSION', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'TOKEN_REVOKED')
  async logOut(
    @Body() { refresh_token }: LogOutDto,
    @Req() request: FastifyRequest,
    @PublicContext() context: ClientContext,
  ): Promise<MessageDto> {
    const { authorization } = request.headers;
    if (refresh_token !== undefined) await this.refreshTokens.end(context, refresh_token);
    else if (!authorization) throw refreshTokenRequired();
    else note(request, { account: (await this.logouts.logOut(context, authorization)).id });
    return { message: 'Logged out' };
  }

  @ApiSignedIn()
  @Post('logout-everywhere')
  @RateLimit('ownSessions')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'logOutEverywhere',
    summary: 'Log out everywhere',
    description: 'Ends all sessions of the account. Tokens issued until now stop working.',
  })
  @ApiOkMessage('Logged out everywhere')
  @AcceptsIdempotencyKey()
  async logOutEverywhere(@SignedInContext() context: AccountContext): Promise<MessageDto> {
    await this.logins.logOutEverywhere(context);
    return { message: 'Logged out everywhere' };
  }
}

function refreshTokenRequired(): Refusal {
  const message = 'refresh_token is required if no bearer token is sent';
  return new Refusal('VALIDATION_FAILED', message, [{ field: 'refresh_token', message }]);
}
