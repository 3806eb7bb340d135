import type { Locale } from '../../config/locale.js';
import type { LinkKind } from '../../outbox/notification-kind.js';

/** The texts of one kind of email with a code. */
export interface LinkKindTexts {
  readonly subject: string;
  readonly heading: string;
  readonly sentence: string;
  /** What the code is for: an email to an unconfirmed address has a second one. */
  readonly codeLabel: string;
  /** The words of the link: what it does. */
  readonly linkText: string;
  readonly next: readonly string[];
}

/** The texts of each kind of email with a code. */
export const LINK_TEXTS: Readonly<Record<LinkKind, Readonly<Record<Locale, LinkKindTexts>>>> = {
  password_reset: {
    en: {
      subject: 'Choose a new password',
      heading: 'Choose a new password',
      sentence: 'Somebody, we hope you, has asked for a new password for the account with this address.',
      codeLabel: 'Code for a new password',
      linkText: 'Choose a new password',
      next: [
        'The code works once. With the new password you will have to log in again everywhere.',
        'If you did not ask for it, you need not do anything: your password stays as it is.',
      ],
    },
    es: {
      subject: 'Elija una contraseña nueva',
      heading: 'Elija una contraseña nueva',
      sentence:
        'Alguien, esperamos que usted, ha pedido una contraseña nueva para la cuenta con esta dirección.',
      codeLabel: 'Código para una contraseña nueva',
      linkText: 'Elegir una contraseña nueva',
      next: [
        'El código sirve una sola vez. Con la contraseña nueva tendrá que volver a iniciar sesión en todas partes.',
        'Si no la ha pedido usted, no es necesario que haga nada: su contraseña no cambia.',
      ],
    },
  },
  verify_address: {
    en: {
      subject: 'Confirm your address',
      heading: 'Please confirm your address',
      sentence: 'An account was opened with this address. Please confirm that it is yours.',
      codeLabel: 'Code to confirm this address',
      linkText: 'Confirm this address',
      next: [
        'You will be asked for the password of the account.',
        'If you did not open an account, please do not confirm the address.',
      ],
    },
    es: {
      subject: 'Confirme su dirección',
      heading: 'Confirme su dirección, por favor',
      sentence: 'Se ha abierto una cuenta con esta dirección. Confirme, por favor, que es suya.',
      codeLabel: 'Código para confirmar esta dirección',
      linkText: 'Confirmar esta dirección',
      next: [
        'Se le pedirá la contraseña de la cuenta.',
        'Si no ha abierto usted ninguna cuenta, no confirme la dirección, por favor.',
      ],
    },
  },
  invitation: {
    en: {
      subject: 'Your new account',
      heading: 'An account for you',
      sentence: 'The clinic has opened an account for this address. Choose a password, and it is yours.',
      codeLabel: 'Code to choose a password',
      linkText: 'Choose a password',
      next: [
        'The code works once. Nobody at the clinic learns your password.',
        'If you did not expect an account, you need not do anything: it cannot be used without a password.',
      ],
    },
    es: {
      subject: 'Su nueva cuenta',
      heading: 'Una cuenta para usted',
      sentence: 'El centro ha abierto una cuenta para esta dirección. Elija una contraseña y será suya.',
      codeLabel: 'Código para elegir una contraseña',
      linkText: 'Elegir una contraseña',
      next: [
        'El código sirve una sola vez. Nadie en el centro conocerá su contraseña.',
        'Si no esperaba ninguna cuenta, no es necesario que haga nada: sin contraseña no se puede usar.',
      ],
    },
  },
  change_address: {
    en: {
      subject: 'Confirm your new address',
      heading: 'Please confirm your new address',
      sentence: 'Somebody, we hope you, wants the mails for an account to come to this address.',
      codeLabel: 'Code to confirm this address',
      linkText: 'Confirm this address',
      next: [
        'The code works once. Once you enter it, the account has this address, and you will have to log in again everywhere.',
        'If you did not ask for it, you need not do anything: nothing changes.',
      ],
    },
    es: {
      subject: 'Confirme su nueva dirección',
      heading: 'Confirme su nueva dirección, por favor',
      sentence: 'Alguien, esperamos que usted, desea recibir en esta dirección los mensajes de una cuenta.',
      codeLabel: 'Código para confirmar esta dirección',
      linkText: 'Confirmar esta dirección',
      next: [
        'El código sirve una sola vez. Con él, la cuenta pasa a tener esta dirección, y tendrá que volver a iniciar sesión en todas partes.',
        'Si no lo ha pedido usted, no es necesario que haga nada: no cambiará nada.',
      ],
    },
  },
  patient_invitation: {
    en: {
      subject: 'See your appointments online',
      heading: 'See your appointments online',
      sentence: 'The clinic invites you to see, book and change your appointments yourself.',
      codeLabel: 'Code to accept the invitation',
      linkText: 'Accept the invitation',
      next: [
        'The code works once. Choose a password, and you have an account. Nobody at the clinic learns your password.',
        'If this address has an account already, log in with it first: the patient is then among yours.',
        'If you do not want an account, you need not do anything.',
      ],
    },
    es: {
      subject: 'Consulte sus citas en línea',
      heading: 'Consulte sus citas en línea',
      sentence: 'El centro le invita a consultar, pedir y cambiar sus citas por su cuenta.',
      codeLabel: 'Código para aceptar la invitación',
      linkText: 'Aceptar la invitación',
      next: [
        'El código sirve una sola vez. Elija una contraseña y tendrá una cuenta. Nadie en el centro conocerá su contraseña.',
        'Si esta dirección ya tiene una cuenta, inicie sesión primero: el paciente quedará entre los suyos.',
        'Si no desea una cuenta, no es necesario que haga nada.',
      ],
    },
  },
};
