import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Client, clientOf } from './client.js';

/** Who performs a request: an account, a visitor who has not logged in, or the service itself. */
export interface Actor {
  /** The account; null for a visitor and for the service itself. */
  readonly id: number | null;
  readonly role: string | null;
  /** The network address of the request; null for the service itself. */
  readonly address: string | null;
}

/** An account that has logged in. */
export interface AccountActor extends Actor {
  readonly id: number;
  /** The version of the account's sessions when its token was issued. */
  readonly version: number;
  /** The session of the token; null for a token from before there were sessions. */
  readonly session: number | null;
}

/** A request that its client named with a key, so that it can be sent again without being done again. */
export interface KeyedRequest {
  readonly accountId: number;
  /** Method and path pattern: the same key on another route is another request. */
  readonly route: string;
  readonly key: string;
  /** What the path names, such as the id of a booking. */
  readonly params: object;
  readonly query: object;
  readonly body: unknown;
  /** Marks the answer as that of an earlier request. */
  replayed(): void;
}

/** What a command knows about the request that it runs for: the first parameter of every command. */
export interface Context<A extends Actor = Actor> {
  readonly actor: A;
  /** Null for the service itself. */
  readonly requestId: string | null;
  /** Only if the request carries an `Idempotency-Key`. */
  readonly keyed?: KeyedRequest | undefined;
}

export type AccountContext = Context<AccountActor>;

/** The context of a request over HTTP, where it matters what the client is. */
export type ClientContext = Context<Actor & Client>;
export type AccountClientContext = Context<AccountActor & Client>;

const SYSTEM_ACTOR: Actor = { id: null, role: null, address: null };

/** The service itself, at its start or by a command. */
export const SYSTEM_CONTEXT: Context = { actor: SYSTEM_ACTOR, requestId: null };

export function hasAccount(context: Context): context is AccountContext {
  return context.actor.id !== null;
}

/** A request that has passed the guard and the interceptor of keys. */
export type SignedInRequest = FastifyRequest & {
  user: Pick<AccountActor, 'id' | 'role' | 'version' | 'session'>;
  keyed?: KeyedRequest;
};

export function contextOf(request: SignedInRequest): AccountClientContext {
  const { id, role, version, session } = request.user;
  const actor = { id, role, version, session, ...clientOf(request) };
  return { actor, requestId: request.id, keyed: request.keyed };
}

export function anonymousContextOf(request: FastifyRequest): ClientContext {
  return { actor: { id: null, role: null, ...clientOf(request) }, requestId: request.id };
}

/** Gives the controller of a signed-in route its context. */
export const SignedInContext = createParamDecorator((_: unknown, host: ExecutionContext) =>
  contextOf(host.switchToHttp().getRequest()),
);

/** Gives the controller of a public route its context. */
export const PublicContext = createParamDecorator((_: unknown, host: ExecutionContext) =>
  anonymousContextOf(host.switchToHttp().getRequest()),
);
