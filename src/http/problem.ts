import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { isConnectionLost, isRetryable } from '../database/mysql-errors.js';
import {
  Conflict,
  DomainError,
  Forbidden,
  InProgress,
  Mismatch,
  NotFound,
  Refusal,
  TooManyRequests,
  Unauthenticated,
  Unavailable,
  VersionMismatch,
} from '../errors/domain-error.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type { ProblemMembers } from '../errors/problem-members.js';

/** An error as clients receive it: RFC 9457, plus the fields that existing clients read. */
export interface Problem extends ProblemMembers {
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

/** The problem for anything that is thrown. The text of an unexpected error is never exposed. */
export function problemOf(thrown: unknown): Problem & { readonly retryAfterSeconds?: number } {
  const error = isRetryable(thrown)
    ? new Unavailable()
    : isConnectionLost(thrown)
      ? databaseUnreachable()
      : thrown;
  if (error instanceof DomainError) {
    const status = statusOf(error);
    return {
      ...problem(status, error.code, error.message),
      ...(error instanceof Refusal && error.errors && { errors: error.errors }),
      ...error.details,
      ...('retryAfterSeconds' in error && { retryAfterSeconds: error.retryAfterSeconds as number }),
    };
  }
  return frameworkProblem(error);
}

/** Does not claim that nothing was changed: the statement may have taken effect before the connection broke. */
function databaseUnreachable(): Unavailable {
  return new Unavailable(
    'UNAVAILABLE',
    'The service cannot reach its database. Check whether your change was made, then try again in a few seconds.',
  );
}

function statusOf(error: DomainError): number {
  if (error instanceof Refusal) return 400;
  if (error instanceof Unauthenticated) return 401;
  if (error instanceof Forbidden) return 403;
  if (error instanceof NotFound) return 404;
  if (error instanceof InProgress || error instanceof Conflict) return 409;
  if (error instanceof VersionMismatch) return 412;
  if (error instanceof Mismatch) return 422;
  if (error instanceof TooManyRequests) return 429;
  return 503;
}

/** For errors of Fastify and Nest, thrown before a controller runs: replaces their texts with ours. */
const FRAMEWORK_PROBLEMS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['MALFORMED_REQUEST', 'The request could not be read. Send valid JSON to a valid URL.'],
  404: ['NOT_FOUND', 'Nothing found at this URL. See /api/docs for the available endpoints.'],
  405: ['METHOD_NOT_ALLOWED', 'This URL does not support that method. See /api/docs.'],
  408: ['TOO_SLOW', 'The request took too long to arrive. Please try again.'],
  413: ['BODY_TOO_LARGE', 'The request body is too large. Send at most 64 KiB.'],
  414: ['ADDRESS_TOO_LONG', 'The URL of the request is too long. Send fewer or shorter parameters.'],
  415: ['NOT_JSON', 'Send the body as JSON in UTF-8, with the header Content-Type: application/json.'],
  431: [
    'HEADERS_TOO_LONG',
    'The URL and headers of the request are too long. Send fewer or shorter headers.',
  ],
  500: ['INTERNAL_ERROR', 'Something went wrong on our side. The error was logged. Please try again.'],
  503: ['UNAVAILABLE', 'The service is not available right now. Try again in a few seconds.'],
};

function frameworkProblem(error: unknown): Problem {
  const given = frameworkStatus(error);
  const status = given in FRAMEWORK_PROBLEMS ? given : 500;
  return problem(status, ...FRAMEWORK_PROBLEMS[status]!);
}

function frameworkStatus(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : 500;
}

function problem(status: number, code: ErrorCode, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, error: detail, code };
}
