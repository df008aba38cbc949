/** The one folder of an npm tarball. */
const ROOT = 'package/'

/** With any extension, "Naming Files, Paths, and Namespaces" of Windows says. */
const DEVICE = /^(con|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3])(\..*)?$/i

/**
 * Why an entry's path is refused, or nothing. The rules are for every system a package may be unpacked on,
 * not for this one: a name that is harmless here may overwrite a file elsewhere.
 */
export function pathFault(path: string, maxBytes: number): string | undefined {
  if (path.includes('\uFFFD')) return 'has a name that is not UTF-8'
  if (Buffer.byteLength(path) > maxBytes) return `has a name of more than ${maxBytes} bytes`
  if (path.includes('\\')) return 'has a backslash in its name'
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(path)) {
    return 'has a control or an invisible character in its name'
  }
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'has an absolute name'
  if (!path.startsWith(ROOT)) return 'is not under package/'
  const parts = path.slice(ROOT.length).replace(/\/$/, '').split('/')
  if (parts.some((part) => part === '..' || part === '.')) return 'has . or .. in its name'
  if (parts.some((part) => part === '') && path !== ROOT) return 'has an empty part in its name'
  if (parts.some((part) => /[ .]$/.test(part))) return 'has a part that ends in a dot or a space'
  if (/[<>:"|?*]/.test(path)) return 'has a character that Windows does not allow in its name'
  if (parts.some((part) => DEVICE.test(part))) return 'has the name of a device of Windows'
  if (parts.includes('node_modules')) return 'is in node_modules: a plugin brings no packages along'
  return undefined
}

/** The path inside the package. */
export function packagePath(path: string): string {
  return path.slice(ROOT.length)
}

/**
 * Names that one file system or another takes for the same. By way of capitals, since some letters have two small ones:
 * what folds case in full (Unicode §3.13, C+F) has one file for `ss` and `ß`, and for `s` and `ſ`.
 */
export function collisionKey(path: string): string {
  return path.normalize('NFC').toLowerCase().toUpperCase().toLowerCase().normalize('NFC')
}
