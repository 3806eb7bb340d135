import { AuthController } from './auth.controller.js';
import { InvitationController } from './accounts/invitation.controller.js';
import { MeController } from './accounts/me.controller.js';
import { NotMeController } from './accounts/not-me.controller.js';
import { PasswordsController } from './passwords/passwords.controller.js';
import { SecondFactorController } from './second-factor/second-factor.controller.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { UsersController } from './accounts/users.controller.js';
import { VerificationController } from './accounts/verification.controller.js';

/** The routes of log-ins and accounts. */
export const AUTH_CONTROLLERS = [
  AuthController,
  InvitationController,
  MeController,
  NotMeController,
  PasswordsController,
  SecondFactorController,
  SessionsController,
  UsersController,
  VerificationController,
];
