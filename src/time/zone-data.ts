/**
 * The release of the IANA time zone database in this process, such as `2026c`. Node.js bundles it; the system's is
 * unused.
 */
export const ZONE_DATA_VERSION: string = process.versions.tz ?? 'unknown';

/** The line that a program logs at startup. */
export function zoneDataText(): string {
  return `Node.js ${process.versions.node} with time zone data ${ZONE_DATA_VERSION}`;
}
