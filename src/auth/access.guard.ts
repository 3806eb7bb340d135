import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Forbidden, Unauthenticated, tokenRevoked } from '../errors/domain-error.js';
import { note } from '../http/request-notes.js';
import { MAY_SIGN_IN, MAY_VISIT, PUBLIC, ROLES_ALLOWED } from './access.js';
import { ApiEnvironment } from '../config/api.environment.js';
import { VerifiedTokenCache } from './sessions/verified-token-cache.js';
import type { Principal } from './principal.js';
import { isDesk, type Role } from './role.js';
import { Sessions } from './sessions/sessions.js';
import { type LimitName, limitsOfDesk } from '../http/rate-limits/limits.js';
import { RATE_LIMITS, UNLIMITED } from '../http/rate-limits/rate-limit.js';
import { RequestLimits } from '../http/rate-limits/request-limits.js';

const OWN_ACCOUNT_ROUTES = /^\/api\/auth\//;

/** The access rules that a route's decorators declare. */
interface RouteAccess {
  readonly isPublic: boolean;
  readonly maySignIn: boolean;
  readonly mayVisit: boolean;
  readonly isUnlimited: boolean;
  readonly roles: readonly Role[] | undefined;
  readonly limits: readonly LimitName[];
}

/** Guards every route: authenticates the request, applies the rate limits and checks the role. */
@Injectable()
export class AccessGuard extends AuthGuard('jwt') {
  private readonly routes = new Map<object, RouteAccess>();

  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RequestLimits,
    private readonly verifiedTokens: VerifiedTokenCache,
    private readonly sessions: Sessions,
    private readonly environment: ApiEnvironment,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>();
    const { isPublic, maySignIn, mayVisit, isUnlimited, roles, limits } = this.accessOf(context);
    const hasToken = request.headers.authorization !== undefined;
    if (!isPublic && (hasToken || !mayVisit)) {
      await this.identify(context, request);
      if (await this.sessions.isRevoked(request.user!)) {
        await this.limits.countPageRequest(request);
        throw tokenRevoked();
      }
    } else if (maySignIn && hasToken) {
      await this.identifyIfPossible(context, request);
    }
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (isUnlimited) return true;
    if (!request.user) {
      await this.limits.countVisitor(limits, request, reply);
      return true;
    }
    const denial = this.denialOf(request, request.user, roles);
    const own = isDesk(request.user.role) ? limitsOfDesk(limits) : limits;
    // A denied request uses up only the general limits.
    await this.limits.countSignedIn(request.user, denial ? [] : own, request, reply);
    if (denial) throw denial;
    return true;
  }

  private denialOf(
    request: FastifyRequest,
    { role }: Principal,
    roles: readonly Role[] | undefined,
  ): Forbidden | undefined {
    if (roles && !roles.includes(role)) return new Forbidden('FORBIDDEN', 'Forbidden');
    return this.lacksRequiredSecondFactor(request) ? needsSecondFactor() : undefined;
  }

  private async identify(
    context: ExecutionContext,
    request: FastifyRequest & { user?: Principal },
  ): Promise<void> {
    const principal = this.verifiedTokens.find(request.headers.authorization);
    if (principal) request.user = principal;
    else await this.authenticate(context, request);
    note(request, { account: request.user!.id });
  }

  /** Leaves a request with a token that is not valid to a visitor. */
  private async identifyIfPossible(
    context: ExecutionContext,
    request: FastifyRequest & { user?: Principal },
  ): Promise<void> {
    try {
      await this.identify(context, request);
      if (await this.sessions.isRevoked(request.user!)) delete request.user;
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      delete request.user;
    }
  }

  /** Caches the metadata of each route: reading it is slow. */
  private accessOf(context: ExecutionContext): RouteAccess {
    const handler = context.getHandler();
    let access = this.routes.get(handler);
    if (!access) {
      const metadata = <T>(name: string): T | undefined =>
        this.reflector.getAllAndOverride<T | undefined>(name, [handler, context.getClass()]);
      access = {
        isPublic: metadata<boolean>(PUBLIC) ?? false,
        maySignIn: metadata<boolean>(MAY_SIGN_IN) ?? false,
        mayVisit: metadata<boolean>(MAY_VISIT) ?? false,
        isUnlimited: metadata<boolean>(UNLIMITED) ?? false,
        roles: metadata<Role[]>(ROLES_ALLOWED),
        limits: metadata<LimitName[]>(RATE_LIMITS) ?? [],
      };
      this.routes.set(handler, access);
    }
    return access;
  }

  /** Counts requests with a bad token against the rate limit as well. */
  private async authenticate(context: ExecutionContext, request: FastifyRequest): Promise<void> {
    try {
      await super.canActivate(context);
    } catch (error) {
      await this.limits.countPageRequest(request);
      throw error;
    }
  }

  /** If admins must have a second factor, an admin without one may only manage their own account. */
  private lacksRequiredSecondFactor({ user, routeOptions }: FastifyRequest & { user?: Principal }): boolean {
    if (!this.environment.ADMIN_SECOND_FACTOR_REQUIRED) return false;
    return user?.role === 'admin' && !user.secondFactor && !OWN_ACCOUNT_ROUTES.test(routeOptions.url ?? '');
  }

  override handleRequest<T>(
    error: unknown,
    principal: T | false,
    _info: unknown,
    context: ExecutionContext,
  ): T {
    if (error) throw error as Error;
    if (principal) return principal;
    const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    if (!authorization) throw new Unauthenticated('TOKEN_REQUIRED', 'Token required');
    throw new Unauthenticated('TOKEN_INVALID', 'Invalid token');
  }
}

function needsSecondFactor(): Forbidden {
  return new Forbidden(
    'SECOND_FACTOR_REQUIRED',
    'Admins need a second factor here. Set one up at POST /api/auth/second-factor.',
  );
}
