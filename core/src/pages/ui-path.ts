import { FOLDER, typeOf } from './ui-types.ts'

export interface UiPath {
  readonly plugin: string
  readonly version: string
  /** In the package, such as ui/assets/index.js. */
  readonly path: string
  readonly type: string
}

const plugin = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/
const version = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/
/** No dot at its beginning, so neither a step upwards nor a hidden file. */
const part = /^[A-Za-z0-9_@~+-][A-Za-z0-9_.@~+-]*$/

const MAX_LENGTH = 600

/** Where the files of a version's user interface stand, without a slash at the end. */
export function baseOf({ plugin, version }: { plugin: string; version: string }): string {
  return `/ui/${plugin}/${version}/${FOLDER}`
}

/**
 * What an address below /ui/ names, by its text as it was sent: every file has one spelling, and what is not spelt so
 * names nothing. A scope's @ and slash may be encoded, as encodeURIComponent leaves a name. Pure.
 * @param url of the request, with its query
 */
export function uiPath(url: string): UiPath | undefined {
  const [text = ''] = url.split(/[?#]/, 1)
  if (text.length > MAX_LENGTH) return undefined
  const found = /^\/ui\/((?:(?:@|%40)[^/%]+(?:\/|%2f))?[^/%@]+)\/([^/%]+)\/(.+)$/i.exec(text)
  if (found === null) return undefined
  const [, name = '', of = '', path = ''] = found
  const decoded = name.replace(/^%40/i, '@').replace(/%2f/i, '/')
  const parts = path.split('/')
  if (!plugin.test(decoded) || !version.test(of)) return undefined
  if (parts[0] !== FOLDER || parts.length < 2 || !parts.every((one) => part.test(one))) {
    return undefined
  }
  const type = typeOf(path)
  return type === undefined ? undefined : { plugin: decoded, version: of, path, type }
}
