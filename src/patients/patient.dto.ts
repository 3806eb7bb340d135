import { ApiProperty } from '@nestjs/swagger';
import { LOCALES, type Locale } from '../config/locale.js';
import { shownAddress } from '../config/mail-address.js';
import { ApiDate, ApiId, ApiInstant, ApiInteger } from '../http/api-properties.js';
import { ChoiceField, LARGEST_ID } from '../http/fields.js';
import { BirthDateField, NameField, PhoneField } from '../http/person-fields.js';
import { EmailField, TextField } from '../http/text-fields.js';
import { EXAMPLE_BIRTH_DATE } from '../time/example-date.js';
import { IdListField } from './id-list-field.js';
import { CONTACTS, type Contact, type PatientRelation } from './patient.entity.js';
import { emailOf, LONGEST_NOTES, type SeenPatient, type TypedDetails } from './patient.js';
import type { SeenBy } from './patients.service.js';

const FOR_DESK = 'Only for the desk';
const PHONE_HELP = "Without a country code, a number of the clinic's country";

/** The optional details of a patient, for those who make or change one. */
class OptionalDetailsDto {
  @BirthDateField({ optional: true, nullable: true })
  birth_date?: string | null;

  @PhoneField({ optional: true, nullable: true, description: PHONE_HELP })
  phone?: string | null;

  @EmailField({
    optional: true,
    nullable: true,
    description: 'Where emails about bookings go; null: to the account',
  })
  email?: string | null;

  @ChoiceField(LOCALES, {
    optional: true,
    nullable: true,
    example: 'es',
    description: 'The language of emails about bookings; null: that of the account',
  })
  locale?: Locale | null;

  @ChoiceField(CONTACTS, { optional: true, example: 'email', description: 'none: no emails about bookings' })
  contact_by?: Contact;

  @TextField(1, LONGEST_NOTES, { optional: true, nullable: true, description: FOR_DESK, example: undefined })
  notes?: string | null;

  protected get details(): TypedDetails {
    const { birth_date: birthDate, phone, email, locale, contact_by: contactBy, notes } = this;
    return { birthDate, phone, email, locale, contactBy, notes };
  }
}

export class CreatePatientDto extends OptionalDetailsDto {
  @NameField({ example: 'Lucía' })
  given_name!: string;

  @NameField({ example: 'Romero' })
  family_name!: string;

  @IdListField({
    optional: true,
    description: `${FOR_DESK}: the candidates of POSSIBLE_DUPLICATE, all of whom are somebody else`,
    example: undefined,
  })
  not_duplicate_of?: number[];

  toDetails(): TypedDetails {
    return { ...this.details, givenName: this.given_name, familyName: this.family_name };
  }
}

export class ChangePatientDto extends OptionalDetailsDto {
  @NameField({ optional: true, example: 'Lucía' })
  given_name?: string;

  @NameField({ optional: true, example: 'Romero' })
  family_name?: string;

  toDetails(): TypedDetails {
    return { ...this.details, givenName: this.given_name, familyName: this.family_name };
  }
}

/** A patient as the desk sees it, and as the account does that manages it or has accepted it. */
export class PatientDto {
  @ApiId({ example: 31 })
  id!: number;

  @ApiProperty({ type: String, nullable: true, example: 'Lucía' })
  given_name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Romero' })
  family_name!: string | null;

  @ApiDate({ nullable: true, example: EXAMPLE_BIRTH_DATE })
  birth_date!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+34612345678', description: 'E.164' })
  phone!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'patient@clinica.example' })
  email!: string | null;

  @ApiProperty({ enum: [...LOCALES, null], nullable: true, example: 'es' })
  locale!: Locale | null;

  @ApiProperty({ enum: CONTACTS, example: 'email' })
  contact_by!: Contact;

  @ApiProperty({ type: String, nullable: true, required: false, description: 'Only for the desk' })
  notes?: string | null;

  @ApiId({
    nullable: true,
    example: 12,
    description: 'The account that manages the patient; your own if you are not the desk',
  })
  account_id!: number | null;

  @ApiProperty({ enum: ['self', 'dependant', null], nullable: true, example: 'self' })
  relation!: PatientRelation | null;

  @ApiInteger(1, LARGEST_ID, { example: 1, description: 'Raised by each change' })
  version!: number;

  @ApiInstant({ description: 'UTC' })
  created_at!: string;

  static from({ patient, party }: SeenBy, accountId: number): PatientDto {
    return party === 'desk' ? PatientDto.forDesk(patient) : PatientDto.ofOwn(patient, accountId);
  }

  static forDesk(patient: Omit<SeenPatient, 'ownRelation'>): PatientDto {
    const { notes, accountId, relation } = patient;
    return { ...detailsOf(patient), notes, account_id: accountId, relation };
  }

  /** @param accountId the actor's account, whose own patient this is */
  static ofOwn(patient: SeenPatient, accountId: number): PatientDto {
    // The address of another account is not the actor's to see.
    const isManaged = patient.accountId === accountId;
    const seen = isManaged ? patient : { ...patient, accountEmail: null };
    return { ...detailsOf(seen), account_id: accountId, relation: patient.ownRelation };
  }
}

function detailsOf(patient: Omit<SeenPatient, 'ownRelation'>): Omit<PatientDto, 'account_id' | 'relation'> {
  const email = emailOf(patient);
  return {
    id: patient.id,
    given_name: patient.givenName,
    family_name: patient.familyName,
    birth_date: patient.birthDate,
    phone: patient.phone,
    email: email === null ? null : shownAddress(email),
    locale: patient.locale,
    contact_by: patient.contactBy,
    version: patient.version,
    created_at: new Date(patient.createdAt).toISOString(),
  };
}
