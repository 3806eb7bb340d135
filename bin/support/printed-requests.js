import { Failure, print } from './output.js';

/** Sends requests to the API, and prints each with its response. */
export class PrintedRequests {
  #baseUrl;
  #token = '';

  /** @param {string} baseUrl */
  constructor(baseUrl) {
    this.#baseUrl = baseUrl;
  }

  /** @param {{ email: string, password: string }} account whose token the later requests carry */
  async logIn(account) {
    const { token } = /** @type {{ token: string }} */ (
      await this.request('POST', '/api/auth/login', 200, account)
    );
    this.#token = token;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {number} expected the status
   * @param {object} [body]
   * @throws {Failure} if the response has another status
   */
  async request(method, path, expected, body) {
    const { status, body: answer } = await this.send(method, path, body);
    check(status === expected, `${method} ${path} returned ${status} instead of ${expected}`);
    return answer;
  }

  /** @param {string} method @param {string} path @param {object} [content] */
  async send(method, path, content) {
    print(`     → ${method} ${path}${content ? ` ${shortened(content)}` : ''}`);
    const headers = {
      ...(content && { 'content-type': 'application/json' }),
      ...(this.#token && { authorization: `Bearer ${this.#token}` }),
    };
    const request = { method, headers, body: JSON.stringify(content), signal: AbortSignal.timeout(15_000) };
    const response = await fetch(this.#baseUrl + path, request);
    const body = /** @type {unknown} */ (await response.json());
    print(`     ← ${response.status} ${shortened(body)}`);
    return { status: response.status, body };
  }
}

/** @param {unknown} value */
function shortened(value) {
  const text = JSON.stringify(value);
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}

/** @param {boolean} holds @param {string} problem */
export function check(holds, problem) {
  if (!holds) throw new Failure(problem);
}
