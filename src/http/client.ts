import type { FastifyRequest } from 'fastify';
import { addressOf } from './client-address.js';

/** What sends a request: where it is, and what it calls itself. */
export interface Client {
  readonly address: string;
  readonly userAgent: string | null;
}

const LONGEST = 200;

export function clientOf(request: FastifyRequest): Client {
  return { address: addressOf(request), userAgent: cleanUserAgent(request.headers['user-agent']) };
}

/** A `User-Agent` as it may be stored and shown: one line of printable ASCII, at most 200 characters. Pure. */
export function cleanUserAgent(text = ''): string | null {
  const clean = text
    .slice(0, LONGEST)
    .replace(/[^\x21-\x7e]+/g, ' ')
    .trim();
  return clean || null;
}
