/** Languages that every user-facing text of the host exists in. */
export const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]
export type Localized = Readonly<Record<Language, string>>

/**
 * One refusal the system can utter. `message` says what is wrong, `cure` what to do about it; both may
 * hold `{name}` places that are filled from the parameters the error is created with; in a path of the HTTP face,
 * which begins with `/v1/`, as a path takes them.
 */
export interface ErrorDefinition {
  /** HTTP status the gateway answers with. Kept beside the text so that one table tells everything. */
  readonly status: number
  readonly message: Localized
  readonly cure: Localized
}

/** One place in a bad input: an RFC 6901 pointer into it, what was expected there, and how to cure it. */
export interface InputFault {
  readonly pointer: string
  readonly detail: string
  /** `file:line:column`, where the input is a file of a package. */
  readonly at?: string
  /** Of a finding about a package: which rule found it, how much it weighs, and what to do about it. */
  readonly rule?: string
  readonly severity?: 'error' | 'warning' | 'note'
  readonly cure?: string
  /** The same words by language, for `CodedError.faultsIn`; never sent. */
  readonly words?: Readonly<Record<Language, { readonly detail: string; readonly cure: string }>>
}

/** A part that is a sentence itself is given in every language, so that no answer speaks two at once. */
export type ErrorParameters = Readonly<
  Record<string, string | number | boolean | null | undefined | Localized>
>

export interface ErrorExtras {
  readonly faults?: readonly InputFault[]
  readonly cause?: unknown
  /** Seconds after which the same call may succeed; becomes `Retry-After`. */
  readonly retryAfterS?: number
}

/** A refusal with a stable code. Text is made on demand, in the reader's language. */
export class CodedError extends Error {
  override readonly name = 'CodedError'
  readonly code: string
  readonly status: number
  readonly parameters: ErrorParameters
  readonly faults: readonly InputFault[]
  readonly retryAfterS: number | undefined
  readonly #definition: ErrorDefinition

  constructor(
    code: string,
    definition: ErrorDefinition,
    parameters: ErrorParameters,
    extras: ErrorExtras,
  ) {
    super(
      fillPlaces(definition.message.en, parameters, 'en'),
      extras.cause === undefined ? undefined : { cause: extras.cause },
    )
    this.code = code
    this.status = definition.status
    this.parameters = parameters
    this.faults = extras.faults ?? []
    this.retryAfterS = extras.retryAfterS
    this.#definition = definition
  }

  localizedMessage(language: Language): string {
    return fillPlaces(this.#definition.message[language], this.parameters, language)
  }

  /** The faults as a reader of the language is told them. */
  faultsIn(language: Language): readonly InputFault[] {
    return this.faults.map(({ words, ...fault }) =>
      words === undefined ? fault : { ...fault, ...words[language] },
    )
  }

  cure(language: Language): string {
    return fillPlaces(this.#definition.cure[language], this.parameters, language)
  }
}

export function isCodedError(value: unknown): value is CodedError {
  return value instanceof CodedError
}

/** The catalogue of one workspace: a factory that knows every refusal the workspace can utter. */
export interface ErrorCatalogue<Name extends string> {
  readonly prefix: string
  readonly definitions: Readonly<Record<Name, ErrorDefinition>>
  create(name: Name, parameters?: ErrorParameters, extras?: ErrorExtras): CodedError
}

/**
 * Declares a catalogue. Codes are `PREFIX_NAME` and stable: a released code is never given another meaning.
 * @param prefix `SDK`, `SBX`, `MKT` or `CORE`: the workspace that utters the refusal.
 */
export function defineErrors<const Name extends string>(
  prefix: string,
  definitions: Readonly<Record<Name, ErrorDefinition>>,
): ErrorCatalogue<Name> {
  return Object.freeze({
    prefix,
    definitions,
    create: (name: Name, parameters: ErrorParameters = {}, extras: ErrorExtras = {}) =>
      new CodedError(`${prefix}_${name}`, definitions[name], parameters, extras),
  })
}

/** Puts parameters into the `{name}` places of a text; a place that nothing is given for stays. */
export function fillPlaces(
  template: string,
  parameters: ErrorParameters,
  language: Language,
): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string, at: number) => {
    const given = parameters[name]
    if (given === undefined) return place
    const value = typeof given === 'object' && given !== null ? given[language] : given
    return isInPath(template, at) ? inPath(String(value)) : String(value)
  })
}

function isInPath(template: string, at: number): boolean {
  return /\/v1\/\S*$/.test(template.slice(0, at))
}

/**
 * The name of a plugin has a slash; "@" stands in a path as it is (RFC 3986 §3.3), and so does what is encoded
 * already. Never throws, whatever a request had in the place of a name.
 */
function inPath(value: string): string {
  const encoded = encodeURIComponent(value.toWellFormed())
  return encoded.replaceAll('%40', '@').replace(/%25(?=[0-9A-F]{2})/g, '%')
}

/** Far more than browsers send, and what one request may cost. */
const MAX_HEADER = 200

/** The best of the host's languages for an Accept-Language header (RFC 9110 §12.5.4), English without one. */
export function languageOf(header: unknown): Language {
  if (typeof header !== 'string') return 'en'
  const wishes = header
    .slice(0, MAX_HEADER)
    .split(',')
    .map(wishOf)
    // A quality of zero means "anything but this".
    .filter(({ tag, quality }) => quality > 0 && /^(zh|en)(-|$)/.test(tag))
    .sort((a, b) => b.quality - a.quality)
  return wishes[0]?.tag.startsWith('zh') === true ? 'zh-CN' : 'en'
}

function wishOf(part: string): { tag: string; quality: number } {
  const [tag = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  return { tag, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 }
}
