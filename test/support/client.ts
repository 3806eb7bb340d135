/** An answer of the API. */
export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The fields of answers that tests read. */
export type Json = Record<string, unknown> & { error?: string; code?: string; id?: number };

type Send = { token?: string | undefined; headers?: Record<string, string>; body?: unknown };

/** A client of the API over real HTTP. */
export class Client {
  constructor(readonly baseUrl: string) {}

  get<Body = Json>(path: string, send: Send = {}): Promise<Answer<Body>> {
    return this.send('GET', path, send);
  }
  post<Body = Json>(path: string, body: unknown, send: Send = {}): Promise<Answer<Body>> {
    return this.send('POST', path, { ...send, body });
  }
  patch<Body = Json>(path: string, body: unknown, send: Send = {}): Promise<Answer<Body>> {
    return this.send('PATCH', path, { ...send, body });
  }
  delete<Body = Json>(path: string, send: Send = {}): Promise<Answer<Body>> {
    return this.send('DELETE', path, send);
  }

  /** @param send.body a string is sent unchanged, anything else as JSON */
  async send<Body = Json>(
    method: string,
    path: string,
    { token, headers = {}, body }: Send,
  ): Promise<Answer<Body>> {
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as Body,
    };
  }
}
