/** Names that have a number from the time before names: https://webidl.spec.whatwg.org/#idl-DOMException-error-names */
const codes: Readonly<Record<string, number>> = {
  InvalidCharacterError: 5,
  NotSupportedError: 9,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  NetworkError: 19,
  AbortError: 20,
  QuotaExceededError: 22,
  TimeoutError: 23,
  DataCloneError: 25,
}

/** https://webidl.spec.whatwg.org/#idl-DOMException, without the constants of old. */
export class DOMException extends Error {
  readonly #name: string

  constructor(
    message = '',
    options: string | { readonly name?: string; readonly cause?: unknown } = {},
  ) {
    const { name = 'Error', ...rest } =
      typeof options === 'object' ? options : { name: `${options}` }
    super(`${message}`, rest)
    this.#name = `${name}`
  }

  override get name(): string {
    return this.#name
  }

  get code(): number {
    return codes[this.#name] ?? 0
  }

  get [Symbol.toStringTag](): string {
    return 'DOMException'
  }
}
