/**
 * An expected "no" of a plugin: the input is well-formed but cannot be answered. The caller gets 422 with
 * this code; the version is not blamed for it, as it is for any other error a handler throws.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string

  /**
   * @throws TypeError when `code` is not upper snake case of at most 60 characters.
   * @param code upper snake case, such as `HISTORY_TOO_SHORT`; the host prefixes nothing.
   * @param message one sentence that names the cure.
   */
  constructor(code: string, message: string) {
    super(message)
    if (!/^[A-Z][A-Z0-9_]{0,59}$/.test(code)) {
      throw new TypeError(`A refusal's code is upper snake case, not "${code}"`)
    }
    this.code = code
  }
}
