import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { isConnectionLost, isRetryable } from '../database/mysql-errors.js';
import {
  DomainError,
  Forbidden,
  InProgress,
  Mismatch,
  NotFound,
  Refusal,
  TooManyRequests,
  Unauthenticated,
  Unavailable,
} from '../errors/domain-error.js';
import type { ErrorCode } from '../errors/error-codes.js';

/** An error as it goes over the wire: RFC 9457, plus the fields that existing clients read. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The same text as `detail`. */
  readonly error: string;
  readonly code: ErrorCode;
  readonly errors?: readonly { field: string; message: string }[];
  readonly request_id?: string;
}

/** What the problem for any thrown thing is. Nothing of an unexpected error's own text gets out. */
export function problemOf(thrown: unknown): Problem & { readonly retryAfterSeconds?: number } {
  const error = isRetryable(thrown) ? new Unavailable() : isConnectionLost(thrown) ? outOfReach() : thrown;
  if (error instanceof DomainError) {
    const status = statusOf(error);
    return {
      ...problem(status, error.code, error.message),
      ...(error instanceof Refusal && error.errors && { errors: error.errors }),
      ...('retryAfterSeconds' in error && { retryAfterSeconds: error.retryAfterSeconds as number }),
    };
  }
  return frameworkProblem(error);
}

/** Says nothing of what was changed: the database may have done its part before the connection broke. */
function outOfReach(): Unavailable {
  return new Unavailable(
    'UNAVAILABLE',
    'The service cannot reach its database. Try again in a few seconds; check first whether your change was made.',
  );
}

function statusOf(error: DomainError): number {
  if (error instanceof Refusal) return 400;
  if (error instanceof Unauthenticated) return 401;
  if (error instanceof Forbidden) return 403;
  if (error instanceof NotFound) return 404;
  if (error instanceof InProgress) return 409;
  if (error instanceof Mismatch) return 422;
  if (error instanceof TooManyRequests) return 429;
  return 503;
}

/** Fastify and Nest have their own errors for what never reached a controller; the client gets our words. */
function frameworkProblem(error: unknown): Problem {
  switch (frameworkStatus(error)) {
    case 400:
      return problem(
        400,
        'MALFORMED_REQUEST',
        'The request could not be read. Send valid JSON to a valid address.',
      );
    case 404:
      return problem(404, 'NOT_FOUND', 'There is nothing at this address. See /api/docs for what there is.');
    case 405:
      return problem(405, 'METHOD_NOT_ALLOWED', 'This address does not answer that method. See /api/docs.');
    case 408:
      return problem(408, 'TOO_SLOW', 'The request took too long to arrive; please try again.');
    case 413:
      return problem(413, 'BODY_TOO_LARGE', 'The request body is too large: at most 64 KiB are accepted.');
    case 414:
      return problem(414, 'ADDRESS_TOO_LONG', 'The address of the request is too long.');
    case 431:
      return problem(431, 'HEADERS_TOO_LONG', 'The address and the headers of the request are too long.');
    case 415:
      return problem(
        415,
        'NOT_JSON',
        'Send the body as JSON in UTF-8, with the header Content-Type: application/json.',
      );
    case 503:
      return problem(
        503,
        'UNAVAILABLE',
        'The service is not available right now. Try again in a few seconds.',
      );
    default:
      return problem(
        500,
        'INTERNAL_ERROR',
        'Something went wrong on our side. It was recorded; please try again.',
      );
  }
}

function frameworkStatus(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}

function problem(status: number, code: ErrorCode, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, error: detail, code };
}
