import { AuditModule } from '../audit/audit.module.js';
import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { AUTH_CONTROLLERS } from './auth.controllers.js';
import { AccessGuard } from './access.guard.js';
import { Account } from './accounts/account.entity.js';
import { AccountLink } from './accounts/account-link.entity.js';
import { AdminLock } from './accounts/admin-lock.entity.js';
import { RefusedAddress } from './accounts/refused-address.entity.js';
import { RefreshToken } from './sessions/refresh-token.entity.js';
import { Session } from './sessions/session.entity.js';
import { ACCOUNT_PROVIDERS } from './accounts/account.providers.js';
import { AccountsService } from './accounts/accounts.service.js';
import { AfterOpening } from './accounts/after-opening.js';
import { AfterRightsLoss } from './accounts/after-rights-loss.js';
import { DenialRecorder } from './denial-recorder.js';
import { AddressCounters } from './throttling/address-counters.js';
import { JWT_OPTIONS } from './sessions/jwt-options.js';
import { InvitedPatients } from './accounts/invited-patients.js';
import { PatientLinks } from './accounts/patient-links.js';
import { JwtStrategy } from './sessions/jwt.strategy.js';
import { VerifiedTokenCache } from './sessions/verified-token-cache.js';
import { LoginFailures } from './throttling/login-failures.js';
import { LoginService } from './sessions/login.service.js';
import { NewPasswords } from './passwords/new-passwords.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { PatientAddresses } from './accounts/patient-addresses.js';
import { Reauthentication } from './reauthentication.js';
import { DigitAttempts } from './second-factor/digit-attempts.js';
import { SecondFactors } from './second-factor/second-factors.service.js';
import { LogoutService } from './sessions/logout.service.js';
import { RefreshTokenRepository } from './sessions/refresh-token.repository.js';
import { RefreshTokens } from './sessions/refresh-tokens.js';
import { SessionActivity } from './sessions/session-activity.js';
import { SessionStarter } from './sessions/session-starter.js';
import { SessionRepository } from './sessions/session.repository.js';
import { Sessions } from './sessions/sessions.js';
import { RequestLimits } from '../http/rate-limits/request-limits.js';
import { Throttle } from '../http/rate-limits/throttle.js';
import { PasswordChecker } from '../http/password-checker.js';
import { PageLimits } from '../http/rate-limits/page-limits.js';
import { TokenIssuer, TokenReader } from './sessions/token.js';
import { TokenKeys } from './sessions/token-keys.js';

/** Accounts, log-in, and the guard of every route. */
@Module({
  imports: [
    AuditModule,
    TypeOrmModule.forFeature([Account, AccountLink, AdminLock, RefreshToken, RefusedAddress, Session]),
    IdempotencyModule,
    OutboxModule,
    PassportModule,
    JwtModule.registerAsync(JWT_OPTIONS),
  ],
  controllers: [...AUTH_CONTROLLERS],
  providers: [
    AccessGuard,
    ...ACCOUNT_PROVIDERS,
    AddressCounters,
    DenialRecorder,
    JwtStrategy,
    VerifiedTokenCache,
    LoginFailures,
    LoginService,
    LogoutService,
    NewPasswords,
    PasswordHasher,
    PasswordsService,
    Reauthentication,
    RefreshTokenRepository,
    RefreshTokens,
    DigitAttempts,
    SecondFactors,
    SessionActivity,
    SessionRepository,
    SessionStarter,
    Sessions,
    RequestLimits,
    { provide: PageLimits, useExisting: RequestLimits },
    { provide: PasswordChecker, useExisting: NewPasswords },
    Throttle,
    TokenIssuer,
    TokenKeys,
    TokenReader,
  ],
  exports: [
    AccessGuard,
    AccountsService,
    AddressCounters,
    AfterOpening,
    AfterRightsLoss,
    InvitedPatients,
    LoginService,
    PasswordHasher,
    PasswordsService,
    PatientAddresses,
    PatientLinks,
    SecondFactors,
    Sessions,
    Throttle,
    TokenReader,
  ],
})
export class AuthModule {}
