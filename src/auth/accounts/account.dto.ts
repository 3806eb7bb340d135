import { ApiProperty } from '@nestjs/swagger';
import { ApiId, ApiInteger } from '../../http/api-properties.js';
import { LOCALES, type Locale } from '../../config/locale.js';
import { PLACEHOLDER_PASSWORD } from '../../http/example-password.js';
import { BooleanField, CodeField, ChoiceField, LARGEST_ID, TokenField } from '../../http/fields.js';
import { BirthDateField, NameField, PhoneField } from '../../http/person-fields.js';
import { EmailField } from '../../http/text-fields.js';
import { NewPasswordField, PasswordField } from '../passwords/password-fields.js';
import { shownAddressOf } from './account-address.js';
import type { PublicAccount } from './account.entity.js';
import type { Person } from './after-opening.js';
import { ROLES, type Role } from '../role.js';

export const LOCALE_HELP = "The language of the emails to this account. Default: the clinic's.";

export class RegisterDto {
  @EmailField({ example: 'new.patient@clinica.example' })
  email!: string;

  @NewPasswordField()
  password!: string;

  @ChoiceField(LOCALES, { optional: true, description: LOCALE_HELP })
  locale?: Locale;

  @NameField({ optional: true, example: 'Lucía' })
  given_name?: string;

  @NameField({ optional: true, example: 'Romero' })
  family_name?: string;

  @BirthDateField({ optional: true })
  birth_date?: string;

  @PhoneField({ optional: true, description: "Without a country code, a number of the clinic's country" })
  phone?: string;

  toAccount(): Pick<RegisterDto, 'email' | 'password' | 'locale'> {
    const { email, password, locale } = this;
    return { email, password, locale };
  }

  toPerson(): Person {
    const { given_name: givenName, family_name: familyName, birth_date: birthDate, phone } = this;
    return { givenName, familyName, birthDate, phone };
  }
}

export class LoginDto {
  @EmailField({ example: 'patient@clinica.example' })
  email!: string;

  @PasswordField({ example: 'demo-patient-password' })
  password!: string;

  @BooleanField({
    optional: true,
    example: false,
    description: 'true: a token for 15 minutes and a refresh token for 30 days. false: a token for 24 hours.',
  })
  refresh: boolean = false;

  @CodeField({
    optional: true,
    description: 'The code of the authenticator, if the account has a second factor',
  })
  code?: string;
}

export class RefreshDto {
  @TokenField({
    example: 'k3Jv0mXqT1',
    description: 'The refresh token from the last log-in or refresh',
  })
  refresh_token!: string;
}

export class LogOutDto {
  @TokenField({
    optional: true,
    example: 'k3Jv0mXqT1',
    description: 'The refresh token whose session ends. Without it, the session of the bearer token ends.',
  })
  refresh_token?: string;
}

export class ChangePasswordDto {
  @PasswordField({ example: PLACEHOLDER_PASSWORD })
  old_password!: string;

  @NewPasswordField()
  new_password!: string;
}

export class EmailDto {
  @EmailField({ example: 'patient@clinica.example' })
  email!: string;
}

export class CodeDto {
  @TokenField({ example: 'k3Jv0mXqT1', description: 'The code from the email' })
  token!: string;
}

export class VerifyAddressDto extends CodeDto {
  @PasswordField({ example: PLACEHOLDER_PASSWORD, description: 'The password of the account' })
  password!: string;
}

export class AcceptInvitationDto extends CodeDto {
  @NewPasswordField({
    optional: true,
    description: 'Required, except from the signed-in owner of the address',
  })
  password?: string;
}

export class ResetPasswordDto extends CodeDto {
  @NewPasswordField()
  new_password!: string;
}

export class ChangeMeDto {
  @ChoiceField(LOCALES, { optional: true, example: 'es', description: LOCALE_HELP })
  locale?: Locale;

  @EmailField({
    optional: true,
    description: 'The new address of the account. Send the password with it.',
  })
  email?: string;

  @PasswordField({ optional: true, description: 'The password of the account' })
  password?: string;

  @CodeField({ optional: true, description: 'With email, the code of the authenticator, if there is one' })
  code?: string;
}

/** The response to a registration. */
export class RegisteredDto {
  @ApiId({ example: 12 })
  id!: number;

  @ApiProperty({ example: 'new.patient@clinica.example' })
  email!: string;

  static from(account: PublicAccount): RegisteredDto {
    return { id: account.id, email: shownAddressOf(account) };
  }
}

/** An account as its owner and admins see it. */
export class AccountDto extends RegisteredDto {
  @ApiProperty({ enum: ROLES, example: 'user' })
  role!: Role;

  @ApiProperty({ enum: LOCALES, example: 'en' })
  locale!: Locale;

  @ApiInteger(1, LARGEST_ID, { example: 1, description: 'Raised by each change' })
  version!: number;

  static override from(account: PublicAccount): AccountDto {
    const { role, locale, version } = account;
    return { ...RegisteredDto.from(account), role, locale, version };
  }
}

/** The response to a log-in. */
export class SessionDto {
  @ApiProperty({ description: 'Send it as Authorization: Bearer <token>' })
  token!: string;

  @ApiProperty({ required: false, description: 'Only if the log-in asked for it. Can be used once.' })
  refresh_token?: string;

  @ApiProperty({ type: AccountDto })
  user!: AccountDto;

  static of(account: PublicAccount, token: string, refreshToken?: string): SessionDto {
    const user = AccountDto.from(account);
    return { token, ...(refreshToken !== undefined && { refresh_token: refreshToken }), user };
  }
}
