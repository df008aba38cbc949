/** The folder of a package that is served to browsers. */
const FOLDER = 'ui/'

/**
 * Where a file of a plugin's version is served from.
 * @param base the address of that folder, as the host says it
 * @param file as the plugin names it, within its package
 * @returns undefined for what is not in there
 */
export function pageAddress(base: string | undefined, file: string): string | undefined {
  if (base?.startsWith('/ui/') !== true || !file.startsWith(FOLDER)) return undefined
  const path = file.slice(FOLDER.length)
  return path.split('/').every(isPlain) ? `${base}/${path}` : undefined
}

/** No way up, nothing hidden, and nothing that an address reads as something else. */
function isPlain(part: string): boolean {
  return /^[A-Za-z0-9_@-][A-Za-z0-9_.@-]*$/.test(part)
}
