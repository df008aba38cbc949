/** Codes of OpenFeature's specification, as the SDK reads them from whatever a provider throws. */
type ErrorCode =
  | 'FLAG_NOT_FOUND'
  | 'GENERAL'
  | 'INVALID_CONTEXT'
  | 'TARGETING_KEY_MISSING'
  | 'TYPE_MISMATCH'

/** Makes the SDK give the default value with the reason ERROR. */
export class EvaluationError extends Error {
  readonly code: ErrorCode

  constructor(message: string, { code, ...options }: ErrorOptions & { readonly code: ErrorCode }) {
    super(message, options)
    this.code = code
  }
}
