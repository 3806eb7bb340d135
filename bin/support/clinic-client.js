import { Failure, line } from './say.js';

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {unknown} body
 */

/** A client of the API that says aloud what it asks and what comes back. */
export class ClinicClient {
  #baseUrl;
  #token = '';

  /** @param {string} baseUrl such as http://127.0.0.1:3000 */
  constructor(baseUrl) {
    this.#baseUrl = baseUrl;
  }

  /** @param {string} token goes with every later request */
  use(token) {
    this.#token = token;
  }

  /**
   * @param {'GET' | 'POST' | 'DELETE'} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<Answer>}
   */
  async ask(method, path, body) {
    line(`     → ${method} ${path}${body ? ` ${brief(body)}` : ''}`);
    const answer = await this.#send(method, path, body);
    line(`     ← ${answer.status} ${brief(answer.body)}`);
    return answer;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<Answer>}
   */
  async #send(method, path, body) {
    const headers = {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
    };
    try {
      const response = await fetch(this.#baseUrl + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(15_000),
      });
      const text = await response.text();
      return { status: response.status, body: parsed(text) };
    } catch (error) {
      const why = error instanceof Error ? (error.cause ?? error) : error;
      throw new Failure(
        `${method} ${path} got no answer: ${why instanceof Error ? why.message : String(why)}.`,
      );
    }
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return /** @type {unknown} */ (JSON.parse(text));
  } catch {
    return text;
  }
}

/**
 * JSON as a person wants to skim it: long lists and long tokens cut short.
 *
 * @param {unknown} value
 */
function brief(value) {
  const text = JSON.stringify(value, (_, part) => shortened(part));
  return text.length > 400 ? `${text.slice(0, 399)}…` : text;
}

/** @param {unknown} part */
function shortened(part) {
  if (typeof part === 'string' && /^\S{61,}$/.test(part)) return `${part.slice(0, 12)}…`;
  if (!Array.isArray(part)) return part;
  const list = /** @type {unknown[]} */ (part);
  // Of a list of times some say enough, of a list of records one does.
  const shown = typeof list[0] === 'object' ? 1 : 5;
  return list.length > shown + 1 ? [...list.slice(0, shown), `… ${list.length} in all`] : list;
}
