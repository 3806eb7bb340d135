import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiProblems, type DeclaredProblem } from '../http/api-problems.js';
import type { Role } from './role.js';

export const PUBLIC = 'access:public';
export const MAY_SIGN_IN = 'access:may-sign-in';
export const MAY_VISIT = 'access:may-visit';
export const ROLES_ALLOWED = 'access:roles';

const BAD_TOKENS = ['TOKEN_REQUIRED', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'TOKEN_REVOKED'] as const;

/** The answer to an admin without the required second factor, on every route but those of their own account. */
export const ADMIN_WITHOUT_SECOND_FACTOR: DeclaredProblem = { code: 'SECOND_FACTOR_REQUIRED', status: 403 };

/** Opens a route to requests without a token. Routes are closed by default. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(PUBLIC, true);
}

/** A public route that also knows the account of a valid token. An invalid token counts as none. */
export function MaySignIn(): MethodDecorator {
  return SetMetadata(MAY_SIGN_IN, true);
}

/** A route that also takes requests without a token, if a guard of its own does. A token must be valid. */
export function MayVisit(): MethodDecorator {
  return SetMetadata(MAY_VISIT, true);
}

/** Documents the token errors. It guards nothing: `AccessGuard` closes every route that is not `@Public()`. */
export function ApiSignedIn(): MethodDecorator & ClassDecorator {
  return ApiProblems(...BAD_TOKENS);
}

/** Admits only these roles; others get 403. */
export function Only(...roles: Role[]): MethodDecorator & ClassDecorator {
  const refused: DeclaredProblem[] = roles.includes('admin')
    ? ['FORBIDDEN', ADMIN_WITHOUT_SECOND_FACTOR]
    : ['FORBIDDEN'];
  return applyDecorators(SetMetadata(ROLES_ALLOWED, roles), ApiProblems(...BAD_TOKENS, ...refused));
}
