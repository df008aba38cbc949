import { coreErrors } from '../errors.ts'

/** A package that may run in a process of its own. */
export interface TrustedEntry {
  readonly plugin: string
  /** Who published it, or the fingerprint of the marketplace it comes from; null: whoever holds its name. */
  readonly key: string | null
}

/** Where a version comes from, as the marketplace recorded it. */
export interface Origin {
  readonly plugin: string
  readonly publisher: string | null
  /** Of the marketplace's key, as `SHA256:…`. */
  readonly fingerprint: string
}

const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/

/**
 * @param text `package` or `package=key`, separated by commas
 * @throws CORE_SETTING_INVALID
 */
export function parseTrusted(text: string | null): readonly TrustedEntry[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseEntry)
}

function parseEntry(part: string): TrustedEntry {
  const at = part.indexOf('=')
  const plugin = at < 0 ? part : part.slice(0, at).trim()
  const key = at < 0 ? null : part.slice(at + 1).trim()
  // An empty key would otherwise read as any key.
  if (NAME.test(plugin) && key !== '') return Object.freeze({ plugin, key })
  throw coreErrors.create('SETTING_INVALID', {
    name: 'SIGNALBOX_TRUSTED',
    reason: `"${part.slice(0, 80)}" is no package name, alone or with =publisher behind it`,
  })
}

/** Deny by default: a package that no entry names is not trusted, whoever published it. */
export function isTrusted(list: readonly TrustedEntry[], origin: Origin): boolean {
  return list.some(
    ({ plugin, key }) =>
      plugin === origin.plugin &&
      (key === null || key === origin.publisher || key === origin.fingerprint),
  )
}
