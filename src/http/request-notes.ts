import type { FastifyRequest } from 'fastify';

/** What the line of a request in the log says beside its route and status. */
export interface RequestNotes {
  /** The id of the account that asks; none where nobody logged in. */
  readonly account?: number;
  /** Why it was refused. */
  readonly code?: string;
}

const notes = new WeakMap<FastifyRequest, RequestNotes>();

export function note(request: FastifyRequest, more: RequestNotes): void {
  notes.set(request, { ...notes.get(request), ...more });
}

export function notesOf(request: FastifyRequest): RequestNotes {
  return notes.get(request) ?? {};
}
