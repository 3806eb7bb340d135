import { ApiProperty } from '@nestjs/swagger';
import { LOCALES, type Locale } from '../../config/locale.js';
import {
  BooleanField,
  ChoiceField,
  CodeField,
  FromText,
  IntegerField,
  LARGEST_ID,
} from '../../http/fields.js';
import { EmailField } from '../../http/text-fields.js';
import { NewPasswordField, PasswordField } from '../passwords/password-fields.js';
import type { Proof } from '../reauthentication.js';
import { type Role, ROLES } from '../role.js';
import { AccountDto, LOCALE_HELP } from './account.dto.js';
import type { PublicAccount } from './account.entity.js';

/** The credentials that an admin sends again with the most sensitive changes. */
class ReauthenticatedDto {
  @PasswordField({
    optional: true,
    description:
      "The admin's own password, required for making or enabling an admin and for removing a second factor",
  })
  your_password?: string;

  @CodeField({
    optional: true,
    description: "The code of the admin's own authenticator, if they have one. Send it with your_password.",
  })
  your_code?: string;

  get proof(): Proof {
    return { password: this.your_password, code: this.your_code };
  }
}

export class CreateAccountDto extends ReauthenticatedDto {
  @EmailField({ example: 'another.doctor@clinica.example' })
  email!: string;

  @NewPasswordField({
    optional: true,
    description: 'Without a password, the owner gets an invitation by email and chooses the password',
  })
  password?: string;

  @ChoiceField(ROLES, { example: 'doctor', description: 'admin needs your_password' })
  role!: Role;

  @ChoiceField(LOCALES, { optional: true, description: LOCALE_HELP })
  locale?: Locale;
}

export class ChangeAccountDto extends ReauthenticatedDto {
  @ChoiceField(ROLES, { optional: true, example: 'doctor', description: 'admin needs your_password' })
  role?: Role;

  @BooleanField({ optional: true, example: false, description: 'A disabled account cannot log in' })
  disabled?: boolean;

  @BooleanField({
    optional: true,
    example: false,
    description: 'false removes a lost second factor and needs your_password. true changes nothing.',
  })
  second_factor?: boolean;
}

export class AccountsQuery {
  @ChoiceField(ROLES, { optional: true })
  role?: Role;

  @FromText()
  @IntegerField(0, LARGEST_ID, {
    optional: true,
    default: 0,
    example: 0,
    description: 'Only accounts with a higher id',
  })
  after: number = 0;

  @FromText()
  @IntegerField(1, 1000, { optional: true, default: 100, example: 100 })
  limit: number = 100;
}

/** An account as admins see it. */
export class ManagedAccountDto extends AccountDto {
  @ApiProperty({ example: false })
  disabled!: boolean;

  @ApiProperty({
    example: true,
    description: 'Whether the owner has proved that emails to the address arrive',
  })
  verified!: boolean;

  @ApiProperty({ example: false, description: 'Whether log-in asks for the code of an authenticator' })
  second_factor!: boolean;

  static override from(account: PublicAccount): ManagedAccountDto {
    const { isDisabled, isVerified, hasSecondFactor } = account;
    return {
      ...AccountDto.from(account),
      disabled: isDisabled,
      verified: isVerified,
      second_factor: hasSecondFactor,
    };
  }
}
