import { AuditModule } from '../audit/audit.module.js';
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Environment } from '../config/environment.js';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { AccessGuard } from './access.guard.js';
import { Account } from './accounts/account.entity.js';
import { AccountLinks } from './accounts/account-links.js';
import { AccountRights } from './accounts/account-rights.service.js';
import { AccountsService } from './accounts/accounts.service.js';
import { AddressVerification } from './accounts/address-verification.js';
import { AuthController } from './auth.controller.js';
import { FirstAdmin } from './accounts/first-admin.js';
import { JwtStrategy } from './sessions/jwt.strategy.js';
import { KnownTokens } from './sessions/known-tokens.js';
import { LoginFailures } from './throttling/login-failures.js';
import { LoginService } from './sessions/login.service.js';
import { NewPasswords } from './passwords/new-passwords.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { PasswordsController } from './passwords/passwords.controller.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { SecondFactorController } from './second-factor/second-factor.controller.js';
import { SecondFactors } from './second-factor/second-factors.service.js';
import { RefreshTokens } from './sessions/refresh-tokens.js';
import { Sessions } from './sessions/sessions.js';
import { Throttle } from './throttling/throttle.js';
import {
  TOKEN_ALGORITHM,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  TokenIssuer,
  tokenKey,
  TokenReader,
} from './sessions/token.js';
import { UsersController } from './accounts/users.controller.js';
import { VerificationController } from './accounts/verification.controller.js';

/** Accounts, logging in, and the guard before every route. */
@Module({
  imports: [
    AuditModule,
    TypeOrmModule.forFeature([Account]),
    IdempotencyModule,
    OutboxModule,
    PassportModule,
    JwtModule.registerAsync({
      inject: [Environment],
      useFactory: (environment: Environment) => ({
        secret: tokenKey(environment),
        signOptions: {
          algorithm: TOKEN_ALGORITHM,
          issuer: TOKEN_ISSUER,
          audience: TOKEN_AUDIENCE,
        },
      }),
    }),
  ],
  controllers: [
    AuthController,
    PasswordsController,
    SecondFactorController,
    UsersController,
    VerificationController,
  ],
  providers: [
    AccountLinks,
    AccountRights,
    AccountsService,
    AddressVerification,
    FirstAdmin,
    JwtStrategy,
    KnownTokens,
    LoginFailures,
    LoginService,
    NewPasswords,
    PasswordHasher,
    PasswordsService,
    RefreshTokens,
    SecondFactors,
    Sessions,
    Throttle,
    TokenIssuer,
    TokenReader,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [AccountsService, LoginService, PasswordHasher, PasswordsService, Sessions, Throttle, TokenReader],
})
export class AuthModule {}
