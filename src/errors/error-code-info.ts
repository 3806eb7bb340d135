/** The documentation of an error code. */
export interface ErrorCodeInfo {
  /** By HTTP status, an example of `detail` for the OpenAPI document. */
  readonly answers: Readonly<Record<number, string>>;
  /** What a client should do about the error. */
  readonly action: string;
}
