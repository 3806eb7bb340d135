import type { UnconfirmedTexts } from './catalogue.js';

/** What the reader of a mail to an unconfirmed address can do. */
export interface UnconfirmedFacts {
  /** Says that the account is not the reader's. */
  readonly notMeCode: string;
  /** Where the clinic's front end is, if there is one; a click then spares typing the code. */
  readonly frontEndUrl?: string | undefined;
}

/** What an email to an unconfirmed address says at its end. */
export interface UnconfirmedView {
  readonly sentence: string;
  readonly links: readonly { readonly address: string; readonly text: string }[];
  /** What to do where there are no links. */
  readonly steps: readonly string[];
  readonly code: { readonly label: string; readonly value: string } | null;
}

/** The page of a front end that has a code for confirming the address mailed. */
export const CONFIRMS = 'verify-email';
const NOT_ME = 'not-me';
const CONFIRM_ROUTE = 'POST /api/auth/verify-email/send';
const NOT_ME_ROUTE = 'POST /api/auth/not-me';

/** @param confirmPage the page for confirming the address, in emails that have no code for it themselves */
export function viewOfUnconfirmed(
  facts: UnconfirmedFacts | undefined,
  texts: UnconfirmedTexts,
  confirmPage?: string,
): UnconfirmedView | null {
  if (!facts) return null;
  const { notMeCode, frontEndUrl } = facts;
  const { sentence, confirm, notMe, notMeCodeLabel, confirmByRoute, notMeByRoute } = texts;
  if (frontEndUrl === undefined) {
    const steps = [
      ...(confirmPage === undefined ? [] : [confirmByRoute(CONFIRM_ROUTE)]),
      notMeByRoute(NOT_ME_ROUTE),
    ];
    return { sentence, links: [], steps, code: { label: notMeCodeLabel, value: notMeCode } };
  }
  const links = [
    ...(confirmPage === undefined ? [] : [{ address: pageOf(frontEndUrl, confirmPage), text: confirm }]),
    { address: pageOf(frontEndUrl, `${NOT_ME}#token=${notMeCode}`), text: notMe },
  ];
  return { sentence, links, steps: [], code: null };
}

export function pageOf(frontEndUrl: string, page: string): string {
  return `${frontEndUrl.replace(/\/$/, '')}/${page}`;
}
