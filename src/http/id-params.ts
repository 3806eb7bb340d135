import { FromText, IdField } from './fields.js';

/** The `:id` of a path. */
export class IdParams {
  @FromText()
  @IdField()
  id!: number;
}
