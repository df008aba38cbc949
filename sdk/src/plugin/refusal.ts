/** Codes of the host and its workspaces begin so: a plugin that used one would pass for the host. */
const HOST_CODE = /^(CORE|SBX|MKT|SDK)_/

/** Whether a plugin may refuse with `code`: upper snake case, at most 60 characters, not one of the host's. */
export function isRefusalCode(code: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,59}$/.test(code) && !HOST_CODE.test(code)
}

/**
 * An expected "no" of a plugin: the input is well-formed but cannot be answered. The caller gets 422 with
 * this code; the version is not blamed for it, as it is for any other error a handler throws.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string

  /**
   * @throws TypeError when `code` is not upper snake case of at most 60 characters, or begins as the host's
   * own codes do: `CORE_`, `SBX_`, `MKT_`, `SDK_`.
   * @param code upper snake case, such as `HISTORY_TOO_SHORT`; the host prefixes nothing.
   * @param message one sentence that names the cure.
   */
  constructor(code: string, message: string) {
    super(message)
    if (!isRefusalCode(code)) {
      throw new TypeError(
        `A refusal's code is upper snake case and none of the host's, not "${code}"`,
      )
    }
    this.code = code
  }
}
