const DAY_MS = 86_400_000;

/**
 * @param {string} timezone
 * @param {number} daysAhead
 * @returns the date there, as YYYY-MM-DD
 */
export function dateIn(timezone, daysAhead) {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(Date.now() + daysAhead * DAY_MS);
}

/**
 * @param {string} instant
 * @param {string} timeZone
 * @returns the ways in which a letter may write that time of day: 14:30, 2:30
 */
export function spellingsOf(instant, timeZone) {
  return [true, false].map((hour12) => {
    const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: 'numeric', minute: '2-digit', hour12 });
    return parts.format(new Date(instant)).replace(/\s.*/u, '');
  });
}
