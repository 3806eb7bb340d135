/**
 * Which release of the IANA time zone database this process computes with, such as `2026c`. It comes with Node.js, and
 * nothing on the system replaces it.
 */
export const ZONE_DATA_VERSION: string = process.versions.tz ?? 'unknown';

/** What a program says of it at its start. */
export function zoneDataText(): string {
  return `Node.js ${process.versions.node} with time zone data ${ZONE_DATA_VERSION}`;
}
