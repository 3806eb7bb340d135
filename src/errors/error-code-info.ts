/** What clients and their authors need to know of an error code. */
export interface ErrorCodeInfo {
  /** By HTTP status, a sentence as the API answers it: for the examples of the OpenAPI document. */
  readonly answers: Readonly<Record<number, string>>;
  /** What a client should do. */
  readonly action: string;
}
