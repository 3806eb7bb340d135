import type { FastifyRequest } from 'fastify';

/** What a request's log line contains besides its route and status. */
export interface RequestNotes {
  /** The id of the account; absent if nobody is logged in. */
  readonly account?: number;
  /** Why the request was refused. */
  readonly code?: string;
}

const notes = new WeakMap<FastifyRequest, RequestNotes>();

export function note(request: FastifyRequest, more: RequestNotes): void {
  notes.set(request, { ...notes.get(request), ...more });
}

export function notesOf(request: FastifyRequest): RequestNotes {
  return notes.get(request) ?? {};
}
