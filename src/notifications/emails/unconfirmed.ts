import type { UnconfirmedTexts } from './catalogue.js';

/** The contents of the part for unconfirmed addresses. */
export interface UnconfirmedFacts {
  /** The code for "This is not me"; null for the address of a patient that an account has confirmed. */
  readonly notMeCode: string | null;
  /** Whether it is the address of a patient, which cannot be confirmed, and not that of an account. */
  readonly isPatients?: boolean;
  /** The URL of the clinic's front end, if there is one: the email then has links, and the code need not be typed. */
  readonly frontEndUrl?: string | undefined;
}

/** The data of the part for unconfirmed addresses, at the end of an email. */
export interface UnconfirmedView {
  readonly sentence: string;
  readonly links: readonly { readonly url: string; readonly text: string }[];
  /** What to do instead if there are no links. */
  readonly steps: readonly string[];
  readonly code: { readonly label: string; readonly value: string } | null;
}

/** The front end's page that requests the code for confirming an address. */
export const CONFIRM_PAGE = 'verify-email';
const NOT_ME_PAGE = 'not-me';
const CONFIRM_ROUTE = 'POST /api/auth/verify-email/send';
const NOT_ME_ROUTE = 'POST /api/auth/not-me';

/** @param confirmPage the page for confirming the address, unless the email itself has the code for it */
export function viewOfUnconfirmed(
  facts: UnconfirmedFacts | undefined,
  texts: UnconfirmedTexts,
  confirmPage?: string,
): UnconfirmedView | null {
  if (!facts) return null;
  const { notMeCode, isPatients = false, frontEndUrl } = facts;
  const { confirm, notMe, notMeCodeLabel, confirmByRoute, notMeByRoute } = texts;
  if (notMeCode === null) return { sentence: texts.patientsStep, links: [], steps: [], code: null };
  const sentence = isPatients ? texts.patientsSentence : texts.sentence;
  const isConfirmable = confirmPage !== undefined && !isPatients;
  if (frontEndUrl === undefined) {
    const steps = [...(isConfirmable ? [confirmByRoute(CONFIRM_ROUTE)] : []), notMeByRoute(NOT_ME_ROUTE)];
    return { sentence, links: [], steps, code: { label: notMeCodeLabel, value: notMeCode } };
  }
  const links = [
    ...(isConfirmable ? [{ url: pageOf(frontEndUrl, confirmPage), text: confirm }] : []),
    { url: pageOf(frontEndUrl, `${NOT_ME_PAGE}#token=${notMeCode}`), text: notMe },
  ];
  return { sentence, links, steps: [], code: null };
}

/** The URL of one of the front end's pages. */
export function pageOf(frontEndUrl: string, page: string): string {
  return `${frontEndUrl.replace(/\/$/, '')}/${page}`;
}
