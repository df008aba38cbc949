/**
 * Where a file of a plugin's version is served from.
 * @param base as the host says it; the path of the file is the package's
 * @returns undefined for what would lead out of it
 */
export function pageAddress(base: string | undefined, file: string): string | undefined {
  if (base === undefined || !base.startsWith('/ui/')) return undefined
  const parts = file.split('/')
  const isPlain = parts.every((part) => /^[\w@-][\w.@-]*$/.test(part) && part !== '..')
  if (!isPlain) return undefined
  const folder = base.replace(/\/+$/, '')
  // The host serves what lies below ui/, and may count that folder into its address or not.
  const inFolder = folder.endsWith('/ui') && parts[0] === 'ui' ? parts.slice(1) : parts
  return `${folder}/${inFolder.join('/')}`
}
