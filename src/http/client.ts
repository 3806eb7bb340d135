import type { FastifyRequest } from 'fastify';
import { addressOf } from './client-address.js';

/** The client that sends a request: its network address and its `User-Agent`. */
export interface Client {
  readonly address: string;
  readonly userAgent: string | null;
}

const MAX_LENGTH = 200;

export function clientOf(request: FastifyRequest): Client {
  return { address: addressOf(request), userAgent: cleanUserAgent(request.headers['user-agent']) };
}

/** A `User-Agent` that is safe to store and show: one line of printable ASCII, at most 200 characters. Pure. */
export function cleanUserAgent(text = ''): string | null {
  const clean = text
    .slice(0, MAX_LENGTH)
    .replace(/[^\x21-\x7e]+/g, ' ')
    .trim();
  return clean || null;
}
