import { describe, expect, test } from 'vitest';
import { ROLES } from '../auth/role.js';
import { NotFound } from '../errors/domain-error.js';
import { DETAIL_FIELDS, type SeenPatient } from './patient.js';
import { ALLOWED, assertMaySee, assertMaySend, partyOf } from './patient.policy.js';

const patient = { id: 31, ownRelation: null, mergedInto: null, isErased: false } as SeenPatient;

describe('who acts on a patient, and in which capacity', () => {
  const relations = ['self', 'dependant', null] as const;
  test.each(ROLES.flatMap((role) => relations.map((relation) => [role, relation] as const)))(
    '%s, to whom the patient is %s',
    (role, ownRelation) => {
      const isDesk = role === 'staff' || role === 'admin';
      expect(partyOf({ role }, { ownRelation })).toBe(isDesk ? 'desk' : ownRelation ? 'owner' : undefined);
    },
  );
});

describe('a foreign patient and an unknown one', () => {
  test.each(['user', 'doctor'])('get the same answer, for %s', (role) => {
    const refusals = [patient, undefined, { ...patient, mergedInto: 9 }].map((seen) => {
      try {
        return assertMaySee({ role }, seen);
      } catch (error) {
        return error;
      }
    });
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(NotFound);
      expect(refusal).toMatchObject({
        code: 'PATIENT_NOT_FOUND',
        message: 'Patient not found.',
        details: {},
      });
    }
  });
});

test.each([
  ['staff', { mergedInto: 9 }, { merged_into: 9 }],
  ['admin', { mergedInto: 9 }, { merged_into: 9 }],
  ['user', { mergedInto: 9, ownRelation: 'self' }, {}],
  ['staff', { isErased: true }, {}],
] as const)('for %s a patient with %j is not found, with %j', (role, state, details) => {
  expect(() => assertMaySee({ role }, { ...patient, ...state })).toThrow(
    expect.objectContaining({ code: 'PATIENT_NOT_FOUND', details }) as Error,
  );
});

describe('the fields', () => {
  test('the desk sees and changes all, owners all but the notes', () => {
    expect(ALLOWED.desk).toEqual(DETAIL_FIELDS);
    expect(DETAIL_FIELDS.filter((field) => !ALLOWED.owner.includes(field))).toEqual(['notes']);
  });
  test('what is only for the desk is refused by its name on the wire', () => {
    const sent = { givenName: 'Ana', notes: null, notDuplicateOf: [] };
    expect(() => assertMaySend('desk', sent)).not.toThrow();
    expect(() => assertMaySend('owner', { givenName: 'Ana', notes: undefined })).not.toThrow();
    expect(() => assertMaySend('owner', sent)).toThrow(
      'notes is only for the front desk; not_duplicate_of is only for the front desk',
    );
  });
});
