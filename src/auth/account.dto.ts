import { ApiProperty } from '@nestjs/swagger';
import { LOCALES, type Locale } from '../config/locale.js';
import { ChoiceField, EmailField, NewPasswordField, PasswordField } from '../http/fields.js';
import type { PublicAccount } from './account.entity.js';
import { ROLES, type Role } from './role.js';

const LOCALE_HELP = "Language of this account's mails; by default the clinic's";

export class RegisterDto {
  @EmailField({ example: 'new.patient@clinica.example' })
  email!: string;

  @NewPasswordField({ example: 'correct horse battery' })
  password!: string;

  @ChoiceField(LOCALES, { optional: true, description: LOCALE_HELP })
  locale?: Locale;
}

export class LoginDto {
  @EmailField({ example: 'patient@clinica.example' })
  email!: string;

  @PasswordField({ example: 'demo-patient-password' })
  password!: string;
}

export class CreateAccountDto extends RegisterDto {
  @EmailField({ example: 'another.doctor@clinica.example' })
  override email!: string;

  @ChoiceField(ROLES, { example: 'doctor' })
  role!: Role;
}

export class ChangeRoleDto {
  @ChoiceField(ROLES, { example: 'doctor' })
  role!: Role;
}

export class ChangeLocaleDto {
  @ChoiceField(LOCALES, { example: 'es', description: LOCALE_HELP })
  locale!: Locale;
}

/** What registering answers. */
export class RegisteredDto {
  @ApiProperty({ example: 12 })
  id!: number;

  @ApiProperty({ example: 'new.patient@clinica.example' })
  email!: string;

  static from({ id, email }: PublicAccount): RegisteredDto {
    return { id, email };
  }
}

/** An account as its owner and the admin see it. */
export class AccountDto extends RegisteredDto {
  @ApiProperty({ enum: ROLES, example: 'user' })
  role!: Role;

  @ApiProperty({ enum: LOCALES, example: 'en' })
  locale!: Locale;

  static override from({ id, email, role, locale }: PublicAccount): AccountDto {
    return { id, email, role, locale };
  }
}

/** What logging in answers. */
export class SessionDto {
  @ApiProperty({ description: 'Send it as Authorization: Bearer <token>; good for 24 hours' })
  token!: string;

  @ApiProperty({ type: AccountDto })
  user!: AccountDto;
}
