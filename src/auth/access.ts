import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ApiProblems } from '../http/api-problems.js';
import type { Role } from './role.js';

export const PUBLIC = 'access:public';
export const ROLES_ALLOWED = 'access:roles';

/** Opens a route to callers without a token. Without it every route is closed. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(PUBLIC, true);
}

/** Lets anyone in who has a token. */
export function SignedIn(): MethodDecorator & ClassDecorator {
  return applyDecorators(ApiBearerAuth(), ApiProblems(401));
}

/** Lets only these roles in; others get 403. */
export function Only(...roles: Role[]): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(ROLES_ALLOWED, roles), ApiBearerAuth(), ApiProblems(401, 403));
}
