import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Client, clientOf } from './client.js';
import { readIfMatch } from './if-match.js';

/** Who performs a request: an account, a visitor without an account, or the service itself. */
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
  /** The session of the token; null for a token from a version without sessions. */
  readonly session: number | null;
}

/** A request with an `Idempotency-Key`: the client can repeat it, and it takes effect once. */
export interface KeyedRequest {
  readonly accountId: number;
  /** Method and path pattern: the same key on another route names another request. */
  readonly route: string;
  readonly key: string;
  /** The path's parameters, such as the id of a booking. */
  readonly params: object;
  readonly query: object;
  readonly body: unknown;
  /** Whether the response repeats an earlier one. */
  readonly isReplayed: boolean;
  /** Marks the response as a replay of an earlier one. */
  markReplayed(): void;
}

/** The request that a command runs for. It is the first parameter of every command. */
export interface Context<A extends Actor = Actor> {
  readonly actor: A;
  /** Null for the service itself. */
  readonly requestId: string | null;
  /** Only if the request carries an `Idempotency-Key`. */
  readonly keyed?: KeyedRequest | undefined;
  /** Only if the request carries `If-Match`: the entity tags of which one must be that of the present version. */
  readonly ifMatch?: readonly string[] | undefined;
}

export type AccountContext = Context<AccountActor>;

/** The context of an HTTP request, for commands that also need the client. */
export type ClientContext = Context<Actor & Client>;
export type AccountClientContext = Context<AccountActor & Client>;

const SYSTEM_ACTOR: Actor = { id: null, role: null, address: null };

/** For commands that the service itself performs, such as at startup. */
export const SYSTEM_CONTEXT: Context = { actor: SYSTEM_ACTOR, requestId: null };

export function hasAccount(context: Context): context is AccountContext {
  return context.actor.id !== null;
}

/** A request that has passed the access guard and the key guard. */
export type SignedInRequest = FastifyRequest & {
  user: Pick<AccountActor, 'id' | 'role' | 'version' | 'session'>;
  keyed?: KeyedRequest;
};

export function contextOf(request: SignedInRequest): AccountClientContext {
  const { id, role, version, session } = request.user;
  const actor = { id, role, version, session, ...clientOf(request) };
  const ifMatch = readIfMatch(request.headers['if-match']);
  return { actor, requestId: request.id, keyed: request.keyed, ifMatch };
}

export function anonymousContextOf(request: FastifyRequest): ClientContext {
  return { actor: { id: null, role: null, ...clientOf(request) }, requestId: request.id };
}

/** Injects the context into a controller method that requires a token. */
export const SignedInContext = createParamDecorator((_: unknown, host: ExecutionContext) =>
  contextOf(host.switchToHttp().getRequest()),
);

/** Injects the context into a controller method that is public. */
export const PublicContext = createParamDecorator((_: unknown, host: ExecutionContext) =>
  anonymousContextOf(host.switchToHttp().getRequest()),
);

/** Injects the context into a controller method that is public, with the account if the request has a valid token. */
export const OptionalContext = createParamDecorator((_: unknown, host: ExecutionContext): ClientContext => {
  const request = host.switchToHttp().getRequest<FastifyRequest & Partial<SignedInRequest>>();
  return request.user ? contextOf(request as SignedInRequest) : anonymousContextOf(request);
});
