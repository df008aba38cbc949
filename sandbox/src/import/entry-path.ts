/** The one folder of an npm tarball. */
const ROOT = 'package/'

/**
 * Why an entry's path is refused, or nothing. The rules are for every system a package may be unpacked on,
 * not for this one: a name that is harmless here may overwrite a file elsewhere.
 */
export function pathFault(path: string, maxBytes: number): string | undefined {
  if (path.includes('\uFFFD')) return 'has a name that is not UTF-8'
  if (Buffer.byteLength(path) > maxBytes) return `has a name of more than ${maxBytes} bytes`
  if (path.includes('\\')) return 'has a backslash in its name'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'has a control character in its name'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'has an absolute name'
  if (!path.startsWith(ROOT)) return 'is not under package/'
  const parts = path.slice(ROOT.length).replace(/\/$/, '').split('/')
  if (parts.some((part) => part === '..' || part === '.')) return 'has . or .. in its name'
  if (parts.some((part) => part === '') && path !== ROOT) return 'has an empty part in its name'
  if (parts.some((part) => /[ .]$/.test(part))) return 'has a part that ends in a dot or a space'
  return undefined
}

/** The path inside the package. */
export function packagePath(path: string): string {
  return path.slice(ROOT.length)
}

/** Names that one file system or another takes for the same. */
export function collisionKey(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
