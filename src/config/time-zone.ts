import { Temporal } from 'temporal-polyfill';

const PLACE =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)(\/[A-Z][A-Za-z_-]+){1,2}$/;

/**
 * Former names that the time zone database keeps as links, with the current ones.
 *
 * @see https://data.iana.org/time-zones/tzdb/backward
 */
const RENAMED: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Fort_Wayne': 'America/Indiana/Indianapolis',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Knox_IN': 'America/Indiana/Knox',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Ashkhabad': 'Asia/Ashgabat',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Dacca': 'Asia/Dhaka',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Macao': 'Asia/Macau',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Asia/Thimbu': 'Asia/Thimphu',
  'Asia/Ujung_Pandang': 'Asia/Makassar',
  'Asia/Ulan_Bator': 'Asia/Ulaanbaatar',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Australia/ACT': 'Australia/Sydney',
  'Australia/LHI': 'Australia/Lord_Howe',
  'Australia/NSW': 'Australia/Sydney',
  'Australia/North': 'Australia/Darwin',
  'Australia/Queensland': 'Australia/Brisbane',
  'Australia/South': 'Australia/Adelaide',
  'Australia/Tasmania': 'Australia/Hobart',
  'Australia/Victoria': 'Australia/Melbourne',
  'Australia/West': 'Australia/Perth',
  'Europe/Kiev': 'Europe/Kyiv',
  'Europe/Uzhgorod': 'Europe/Kyiv',
  'Europe/Zaporozhye': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

/**
 * Whether a name is a valid time zone for a clinic: the current IANA name of a place, or UTC. Offsets and abbreviations
 * have no daylight saving time, and a name that only some libraries know would fail later.
 */
export function isTimeZone(name: string): boolean {
  if (name === 'UTC') return true;
  // Bounded before it is matched.
  if (name.length > 64 || !PLACE.test(name) || name in RENAMED) return false;
  return spellingOf(name) === name;
}

/** The message for an invalid name, with a suggestion if there is an obvious one. */
export function timeZoneMessage(name: unknown): string {
  const advice = 'must be the IANA time zone of a place, such as America/Santiago, or UTC';
  const meant = typeof name === 'string' && name.length <= 64 ? spellingOf(name) : undefined;
  const spelling = meant && (RENAMED[meant] ?? meant);
  return spelling !== undefined && spelling !== name && isTimeZone(spelling)
    ? `${advice}; did you mean ${spelling}?`
    : advice;
}

/** The name in the letter case of the database; undefined if it is unknown. */
function spellingOf(name: string): string | undefined {
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId;
  } catch {
    return undefined;
  }
}
