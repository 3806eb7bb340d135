import type { Locale } from '../../config/locale.js';
import type { NoticeKind } from '../../outbox/notification-kind.js';

/** The texts of one kind of notice. */
export interface NoticeKindTexts {
  readonly subject: string;
  readonly heading: string;
  readonly sentence: string;
  /** What to do now, before `ifNotYou`. */
  readonly next: readonly string[];
}

/** The texts of each kind of notice to the owner of an account. */
export const NOTICE_TEXTS: Readonly<Record<NoticeKind, Readonly<Record<Locale, NoticeKindTexts>>>> = {
  password_changed: {
    en: {
      subject: 'Your password was changed',
      heading: 'Your password was changed',
      sentence: 'The password of your account was changed.',
      next: ['All sessions have ended. Please log in with the new password.'],
    },
    es: {
      subject: 'Su contraseña ha cambiado',
      heading: 'Su contraseña ha cambiado',
      sentence: 'Se ha cambiado la contraseña de su cuenta.',
      next: ['Se han cerrado todas las sesiones. Inicie sesión con la contraseña nueva.'],
    },
  },
  second_factor_added: {
    en: {
      subject: 'A second factor was added',
      heading: 'Your account has a second factor',
      sentence: 'A second factor was added to your account.',
      next: ['From now on, logging in also takes the digits of your authenticator.'],
    },
    es: {
      subject: 'Se ha añadido un segundo factor',
      heading: 'Su cuenta tiene un segundo factor',
      sentence: 'Se ha añadido un segundo factor a su cuenta.',
      next: ['A partir de ahora, para iniciar sesión se pedirán también las cifras de su autenticador.'],
    },
  },
  second_factor_removed: {
    en: {
      subject: 'The second factor was removed',
      heading: 'Your account no longer has a second factor',
      sentence: 'The second factor of your account was removed.',
      next: ['From now on, logging in takes only the password.'],
    },
    es: {
      subject: 'Se ha quitado el segundo factor',
      heading: 'Su cuenta ya no tiene un segundo factor',
      sentence: 'Se ha quitado el segundo factor de su cuenta.',
      next: ['A partir de ahora, para iniciar sesión basta la contraseña.'],
    },
  },
  role_changed: {
    en: {
      subject: 'Your role was changed',
      heading: 'Your account has another role',
      sentence: 'An admin changed what your account may do.',
      next: ['All sessions have ended. Please log in again.'],
    },
    es: {
      subject: 'Su función ha cambiado',
      heading: 'Su cuenta tiene otra función',
      sentence: 'Un administrador ha cambiado lo que su cuenta puede hacer.',
      next: ['Se han cerrado todas las sesiones. Vuelva a iniciar sesión, por favor.'],
    },
  },
  new_admin: {
    en: {
      subject: 'There is a new admin',
      heading: 'There is a new admin',
      sentence: 'Another account was given the rights of an admin.',
      next: ['If you do not know about this, please disable the account and ask the other admins.'],
    },
    es: {
      subject: 'Hay un nuevo administrador',
      heading: 'Hay un nuevo administrador',
      sentence: 'Otra cuenta ha recibido los permisos de administrador.',
      next: [
        'Si no tenía noticia de ello, desactive la cuenta y consulte a los demás administradores, por favor.',
      ],
    },
  },
  address_change_asked: {
    en: {
      subject: 'Your address is to be changed',
      heading: 'Somebody wants to change your address',
      sentence: 'Somebody who knows your password wants the mails for your account to go to another address.',
      next: ['The address changes once the new one is confirmed.'],
    },
    es: {
      subject: 'Se ha pedido cambiar su dirección',
      heading: 'Alguien quiere cambiar su dirección',
      sentence:
        'Alguien que conoce su contraseña quiere que los mensajes de su cuenta vayan a otra dirección.',
      next: ['La dirección cambiará cuando se confirme la nueva.'],
    },
  },
  address_changed: {
    en: {
      subject: 'Your address was changed',
      heading: 'Your account has another address',
      sentence: 'The address of your account was changed. From now on you log in with the new one.',
      next: ['All sessions have ended. Please log in again.'],
    },
    es: {
      subject: 'Su dirección ha cambiado',
      heading: 'Su cuenta tiene otra dirección',
      sentence: 'Se ha cambiado la dirección de su cuenta. A partir de ahora inicie sesión con la nueva.',
      next: ['Se han cerrado todas las sesiones. Vuelva a iniciar sesión, por favor.'],
    },
  },
};
