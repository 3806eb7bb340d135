import { field, type FieldOptions } from '../http/fields.js';
import { BirthDateField } from '../http/person-fields.js';
import { LineField } from '../http/text-fields.js';
import { invalidFields } from './patient.refusals.js';
import { queryWords } from './patient-names.js';
import { digitsOf } from './phone.js';
import type { SearchCommand } from './patient-search.service.js';

const LONGEST_QUERY = 200;
const MAX_WORDS = 12;
const [FEWEST_DIGITS, MOST_DIGITS] = [4, 20];

/** The end of a phone number, or all of it, as people type it. */
function PhoneEndField(options: FieldOptions): PropertyDecorator {
  return field(
    options,
    { type: 'string', minLength: FEWEST_DIGITS, maxLength: 40 },
    `must be the last ${FEWEST_DIGITS} or more digits of a phone number`,
    (value) => {
      if (typeof value !== 'string' || value.length > 40 || !/^[\p{Nd}\p{Zs}()+./-]+$/u.test(value))
        return false;
      const { length } = digitsOf(value);
      return length >= FEWEST_DIGITS && length <= MOST_DIGITS;
    },
  );
}

export class SearchPatientsQuery {
  @LineField(LONGEST_QUERY, {
    optional: true,
    example: 'luc romero',
    description: 'The beginnings of words of the names, without regard to case, accents and apostrophes',
  })
  q?: string;

  @BirthDateField({ optional: true, example: undefined })
  birth_date?: string;

  @PhoneEndField({ optional: true, description: `At least the last ${FEWEST_DIGITS} digits` })
  phone?: string;

  /** @throws Refusal VALIDATION_FAILED */
  toSearch(): SearchCommand {
    const { q, birth_date: birthDate, phone } = this;
    if (q === undefined && birthDate === undefined && phone === undefined)
      throw invalidFields([{ field: 'q', message: 'q, birth_date or phone is required' }]);
    return { words: wordsOf(q), birthDate, phone };
  }
}

function wordsOf(q: string | undefined): string[] {
  if (q === undefined) return [];
  const words = queryWords(q);
  if (words.length === 0) throw invalidFields([{ field: 'q', message: 'q must have a letter or a digit' }]);
  if (words.length > MAX_WORDS)
    throw invalidFields([{ field: 'q', message: `q must have at most ${MAX_WORDS} words` }]);
  return words;
}
