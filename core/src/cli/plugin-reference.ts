import { coreErrors } from '../errors.ts'

/** `@acme/orders` or `@acme/orders@1.2.0`: a scope starts with @ too, so the version stands behind the last one. */
export function parsePlugin(text: string): { name: string; version?: string } {
  const cut = text.lastIndexOf('@')
  return cut > 0 ? { name: text.slice(0, cut), version: text.slice(cut + 1) } : { name: text }
}

/** @throws CORE_ARGUMENT_INVALID where no version is named. */
export function parsePluginVersion(text: string): { name: string; version: string } {
  const { name, version } = parsePlugin(text)
  if (version === undefined || version === '') {
    const reason = `"${text}" is not of the form @acme/orders@1.2.0`
    throw coreErrors.create('ARGUMENT_INVALID', { name: 'plugin', reason })
  }
  return { name, version }
}
