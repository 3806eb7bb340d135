import { Agent, request } from 'node:http';
import type { FuzzedRequest } from './fuzz-requests.js';
import type { FuzzedAnswer } from './fuzz-verdict.js';
import type { Target } from './target.js';

const PATIENCE_MS = 30_000;

/** Sends a request as it is, also where no good client would; answers with what came back. */
export function send(
  target: Pick<Target, 'url'>,
  agent: Agent | undefined,
  fuzzed: FuzzedRequest,
  token: string | undefined,
): Promise<FuzzedAnswer> {
  const { method, path, headers, body } = fuzzed;
  return new Promise((resolve, reject) => {
    const asked = request(target.url, { agent: agent ?? false, method, path, timeout: PATIENCE_MS });
    for (const [name, value] of Object.entries({
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    })) {
      asked.setHeader(name, Buffer.from(value).toString('latin1'));
    }
    // Also where a method usually has no body: without it the bytes would pass for another request.
    if (body) asked.setHeader('content-length', body.length);
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', (error) => {
      // The server had closed the connection while this was on its way: asked anew, on one of its own.
      if (asked.reusedSocket) resolve(send(target, undefined, fuzzed, token));
      else reject(error);
    });
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode!, type: response.headers['content-type'] ?? '', text }),
      );
    });
    asked.end(body);
  });
}
