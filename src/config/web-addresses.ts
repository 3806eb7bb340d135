/**
 * `https://host` or `https://host:port`, as browsers write it in `Origin`; `undefined` if the text is not one. Pure.
 */
export function readOrigin(text: string): URL | undefined {
  const url = readUrl(text, /^https?:$/);
  return url?.origin === text ? url : undefined;
}

/** The URL of a front end, to which paths can be appended; `undefined` if the text is not one. Pure. */
export function readPage(text: string): URL | undefined {
  const url = readUrl(text, /^https?:$/);
  return url?.username || url?.password || /[?#]/.test(text) ? undefined : url;
}

/**
 * `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte; `undefined` if the text is not one. Pure.
 */
export function readSmtpUrl(text: string): URL | undefined {
  const url = readUrl(text, /^smtps?:$/);
  return url?.hostname && isEncoded(url.username) && isEncoded(url.password) ? url : undefined;
}

/** Whether every percent sign encodes a character. */
function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** The name or address of a host, as in URLs; `undefined` if the text is not one. Pure. */
export function readHost(text: string): string | undefined {
  const isHost = /^([\w.-]+|\[[\da-f:.]+\]|[\da-f]*:[\da-f:.]+)$/i.test(text);
  const host = text.includes(':') && !text.startsWith('[') ? `[${text}]` : text;
  return isHost && URL.canParse(`smtp://${host}`) ? text : undefined;
}

function readUrl(text: string, schemes: RegExp): URL | undefined {
  if (!/^\w+:\/\/\S+$/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return schemes.test(url.protocol) ? url : undefined;
}

/** Whether a host is this machine, by name or address. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/i.test(host);
}
