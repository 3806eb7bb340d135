import { UNUSED_ID } from './example-id.js';
import { FromText, IdField } from './fields.js';

/** The `:id` of a path. */
export class IdParams {
  @FromText()
  @IdField({ example: UNUSED_ID })
  id!: number;
}
