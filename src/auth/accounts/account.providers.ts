import { AccountLinks } from './account-links.js';
import { AccountOpening } from './account-opening.service.js';
import { AccountRights } from './account-rights.service.js';
import { AccountsService } from './accounts.service.js';
import { AddressChange } from './address-change.js';
import { AddressConfirmation } from './address-confirmation.js';
import { AddressRefusals } from './address-refusals.js';
import { AddressVerification } from './address-verification.js';
import { AfterOpening } from './after-opening.js';
import { AfterRightsLoss } from './after-rights-loss.js';
import { FirstAdmin } from './first-admin.js';
import { Invitations } from './invitations.service.js';
import { InvitedPatients } from './invited-patients.js';
import { LinkPauses } from './link-pauses.js';
import { OwnAccount } from './own-account.service.js';
import { PatientAddresses } from './patient-addresses.js';
import { PatientLinks } from './patient-links.js';
import { RequestedLinks } from './requested-links.js';
import { TakenAddresses } from './taken-addresses.js';

/** The services of accounts, for `AuthModule`. */
export const ACCOUNT_PROVIDERS = [
  AccountLinks,
  AccountOpening,
  AccountRights,
  AccountsService,
  AddressChange,
  AddressConfirmation,
  AddressRefusals,
  AddressVerification,
  AfterOpening,
  AfterRightsLoss,
  FirstAdmin,
  Invitations,
  InvitedPatients,
  LinkPauses,
  OwnAccount,
  PatientAddresses,
  PatientLinks,
  RequestedLinks,
  TakenAddresses,
];
