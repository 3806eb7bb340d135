import type { Clinic } from './clinic.js';
import { sendVerbatim } from './verbatim-http.js';

let addresses = 50;
/** A loopback address that no request has used yet. */
export const nextAddress = (): string =>
  `127.1.${Math.floor((addresses += 1) / 250)}.${1 + (addresses % 250)}`;

export interface RequestFrom {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
  /** By default an address that no request has used yet. */
  readonly from?: string;
}

/** Sends a request from a network address, and returns the status of the answer. */
export async function sendFrom(
  { client }: Clinic,
  path: string,
  { method = 'GET', token, body, from }: RequestFrom,
): Promise<number> {
  const { status } = await sendVerbatim(client.baseUrl, path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { chunks: [JSON.stringify(body)] }),
    localAddress: from ?? nextAddress(),
  });
  return status;
}
