import { ApiProperty } from '@nestjs/swagger';
import { LOCALES, type Locale } from '../../config/locale.js';
import {
  BooleanField,
  ChoiceField,
  CodeField,
  EmailField,
  FromText,
  IntegerField,
  LARGEST_ID,
} from '../../http/fields.js';
import { NewPasswordField, PasswordField } from '../passwords/password-fields.js';
import type { Proof } from '../reauthentication.js';
import { type Role, ROLES } from '../role.js';
import { AccountDto, LOCALE_HELP } from './account.dto.js';
import type { PublicAccount } from './account.entity.js';

/** What an admin types once more for what would be worst in a thief's hands. */
class ProvenDto {
  @PasswordField({
    optional: true,
    description: "The admin's own password, for what makes an admin or takes a second factor away",
  })
  your_password?: string;

  @CodeField({
    optional: true,
    description: "Beside it, the digits of the admin's own authenticator, where there is one",
  })
  your_code?: string;

  get proof(): Proof {
    return { password: this.your_password, code: this.your_code };
  }
}

export class CreateAccountDto extends ProvenDto {
  @EmailField({ example: 'another.doctor@clinica.example' })
  email!: string;

  @NewPasswordField({
    optional: true,
    description:
      'Without one the account is opened by a mailed invitation, and its owner chooses the password',
  })
  password?: string;

  @ChoiceField(ROLES, { example: 'doctor', description: 'admin needs your_password' })
  role!: Role;

  @ChoiceField(LOCALES, { optional: true, description: LOCALE_HELP })
  locale?: Locale;
}

export class ChangeAccountDto extends ProvenDto {
  @ChoiceField(ROLES, { optional: true, example: 'doctor', description: 'admin needs your_password' })
  role?: Role;

  @BooleanField({ optional: true, example: false, description: 'A disabled account cannot log in' })
  disabled?: boolean;

  @BooleanField({
    optional: true,
    example: false,
    description:
      'false: the account does without the second factor that was lost, which needs your_password; true changes nothing',
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
    description: 'Only accounts after this id',
  })
  after: number = 0;

  @FromText()
  @IntegerField(1, 1000, { optional: true, default: 100, example: 100 })
  limit: number = 100;
}

/** An account as the admin sees it. */
export class ManagedAccountDto extends AccountDto {
  @ApiProperty({ example: false })
  disabled!: boolean;

  @ApiProperty({ example: true, description: 'Whether its owner has shown that mails to the address arrive' })
  verified!: boolean;

  @ApiProperty({ example: false, description: 'Whether log-in asks for the digits of an authenticator' })
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
