import {
  type CountryCode,
  isSupportedCountry,
  parseIncompletePhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min';

/**
 * The E.164 form of a phone number as typed; undefined if it cannot be dialled.
 *
 * The smallest set of metadata checks the length and the leading digits of each country's numbers. The larger sets also
 * tell mobile phones from landlines, which patients may both have, and refuse ranges that a country opened after the
 * release of the library.
 *
 * @param country of numbers without a country code
 */
export function readPhone(typed: string, country: string | null): string | undefined {
  const defaultCountry = countryCode(country);
  const read = parsePhoneNumberFromString(typed, {
    ...(defaultCountry && { defaultCountry }),
    extract: false,
  });
  // E.164 has no room for an extension.
  return read?.isValid() && !read.ext ? read.number : undefined;
}

/** The digits of a phone number or of a part of it, in ASCII. */
export function digitsOf(typed: string): string {
  return parseIncompletePhoneNumber(typed).replace('+', '');
}

function countryCode(country: string | null): CountryCode | undefined {
  return country !== null && isSupportedCountry(country) ? country : undefined;
}
