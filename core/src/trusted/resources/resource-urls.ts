import { coreErrors } from '../../errors.ts'

/**
 * Resources that the operator runs elsewhere, such as a cluster in place of an embedded engine: by
 * `plugin/resource`, the URL that plugins are given.
 * @param text `plugin/resource=url`, separated by commas or line ends
 * @throws CORE_SETTING_INVALID; a URL may hold a password and is never printed
 */
export function parseResourceUrls(text: string | null): ReadonlyMap<string, string> {
  const urls = new Map<string, string>()
  for (const part of (text ?? '').split(/[,\n]/).map((one) => one.trim())) {
    if (part === '') continue
    const at = part.indexOf('=')
    const name = at < 0 ? part : part.slice(0, at).trim()
    const url = at < 0 ? '' : part.slice(at + 1).trim()
    if (!/^(@[^/\s]+\/)?[^@/\s][^/\s]*\/[a-z][a-z0-9_-]*$/.test(name) || !URL.canParse(url)) {
      throw coreErrors.create('SETTING_INVALID', {
        name: 'SIGNALBOX_RESOURCE_URLS',
        reason: `"${name.slice(0, 80)}" is not followed by =URL, or is no plugin/resource`,
      })
    }
    urls.set(name, url)
  }
  return urls
}
