import { Agent, request } from 'node:http';
import type { FuzzedRequest } from './fuzz-requests.js';
import type { FuzzedAnswer } from './fuzz-verdict.js';
import type { Target } from './target.js';

const TIMEOUT_MS = 30_000;

/** Sends a request exactly as it is, even if no good client would. */
export function sendFuzzed(
  target: Pick<Target, 'url'>,
  agent: Agent | undefined,
  fuzzed: FuzzedRequest,
  token: string | undefined,
): Promise<FuzzedAnswer> {
  const { method, path, headers, body } = fuzzed;
  return new Promise((resolve, reject) => {
    const sending = request(target.url, { agent: agent ?? false, method, path, timeout: TIMEOUT_MS });
    for (const [name, value] of Object.entries({
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    })) {
      sending.setHeader(name, Buffer.from(value).toString('latin1'));
    }
    // Also for methods without a body, because otherwise the bytes would be taken for another request.
    if (body) sending.setHeader('content-length', body.length);
    sending.on('timeout', () => sending.destroy(new Error('no answer in time')));
    sending.on('error', (error) => {
      // The server closed the reused connection while the request was on its way: send it again on a new one.
      if (sending.reusedSocket) resolve(sendFuzzed(target, undefined, fuzzed, token));
      else reject(error);
    });
    sending.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, type: response.headers['content-type'] ?? '', text }),
      );
    });
    sending.end(body);
  });
}
