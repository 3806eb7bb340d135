/** Spellings of a path that proxy, router and guard might interpret differently. */
export function spellingsOf(path: string, host: string): string[] {
  const [first, second, ...rest] = path.slice(1).split('/') as [string, string, ...string[]];
  const tail = rest.length > 0 ? `/${rest.join('/')}` : '';
  const whole = `${first}/${second}${tail}`;
  return [
    ...plain(path),
    ...dots(whole),
    ...cases(first, second, tail),
    ...escapes(first, second, tail),
    ...odd(first, second, tail),
    ...absolute(whole, host),
  ];
}

function plain(path: string): string[] {
  return [
    path,
    `${path}/`,
    `${path}//`,
    `/${path}`,
    `//${path}`,
    path.replaceAll('/', '//'),
    `${path}?x=1`,
    `${path}?`,
    `${path}#x`,
    `/api${path}`,
  ];
}

function dots(whole: string): string[] {
  const last = whole.split('/').at(-1);
  return [
    `/./${whole}`,
    `/${whole.replace('/', '/./')}`,
    `/${whole}/.`,
    `/${whole}/./`,
    `/${whole}/x/..`,
    `/${whole}/../${last}`,
    `/${whole}.`,
    `/${whole}...`,
    `/../${whole}`,
    `/x/../${whole}`,
    `/api/../${whole}`,
    `/api/docs/../../${whole}`,
    `/health/live/../../${whole}`,
    `/%2e/${whole}`,
    `/health/%2e%2e/${whole}`,
    `/health/.%2e/${whole}`,
    `/health/..%2f${whole}`,
    `/health/..;/${whole}`,
    `/health/live%2f..%2f..%2f${whole}`,
  ];
}

function cases(first: string, second: string, tail: string): string[] {
  const title = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
  return [
    `/${first}/${second}${tail}`.toUpperCase(),
    `/${title(first)}/${second}${tail}`,
    `/${first}/${title(second)}${tail}`,
    `/${first}/${second}${tail.toUpperCase()}`,
    // Letters that become ASCII if a component lower-cases or folds them.
    `/adm\u0131n/${second}${tail}`,
    `/${first}/queue\u017f${tail}`,
    `/\u00e0dmin/${second}${tail}`,
    `/\uff41dmin/${second}${tail}`,
  ];
}

function escapes(first: string, second: string, tail: string): string[] {
  const hex = (text: string): string =>
    text.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return [
    `/${first}%2f${second}${tail}`,
    `/${first}%2F${second}${tail.replaceAll('/', '%2F')}`,
    `/${first}%252f${second}${tail}`,
    `/%2f${first}/${second}${tail}`,
    `/%61dmin/${second}${tail}`,
    `/${hex(first)}/${hex(second)}${hex(tail)}`,
    `/%2561dmin/${second}${tail}`,
    `/%c1%a1dmin/${second}${tail}`,
    `/%u0061dmin/${second}${tail}`,
    `/${first}/${second}%3fx${tail}`,
    `/${first}/${second}${tail}%3fx`,
    `/${first}/${second}${tail}%23x`,
    `/${first}/${second}%00${tail}`,
    `/${first}/${second}${tail}%00.css`,
    `/${first}/${second}${tail}%20`,
    `/${first}/${second}${tail}%0a`,
    `/${first}/${second}${tail}%`,
  ];
}

function odd(first: string, second: string, tail: string): string[] {
  return [
    `/${first};x/${second}${tail}`,
    `/${first}/${second};x${tail}`,
    `/${first}/${second}${tail};x=1`,
    `/;/${first}/${second}${tail}`,
    `/${first}\\${second}${tail}`,
    `\\${first}\\${second}${tail}`,
    `/${first}%5c${second}${tail}`,
    `/${first}/${second}${tail}\\`,
    `/${first}/${second}${tail}.json`,
    `/${first}/${second}${tail}/x.css`,
    `/${first}/${second}${tail}~`,
    `/${first}/${second}\t${tail}`,
    `${first}/${second}${tail}`,
    `*/${first}/${second}${tail}`,
  ];
}

function absolute(whole: string, host: string): string[] {
  return [
    `http://${host}/${whole}`,
    `http://localhost/${whole}`,
    `HTTP://x/${whole}`,
    `https://${host}/${whole}`,
    `http://admin@${host}/${whole}`,
    `http://${host}//${whole}`,
    `//${host}/${whole}`,
    `file:///${whole}`,
  ];
}
