import type { Manifest } from '../manifest/manifest.ts'

/** As long as a path of a package may be: see package-limits.ts of the sandbox. */
const MAX_BYTES = 200

/**
 * Why a path can name no file of a package, or nothing. The same rules as for what is packed (entry-path.ts of the
 * sandbox), so that every file has one spelling, and no other one leads to it. Pure.
 */
export function assetPathFault(path: string): string | undefined {
  if (Buffer.byteLength(path) > MAX_BYTES) return `has more than ${MAX_BYTES} bytes`
  if (!path.isWellFormed()) return 'is no Unicode text'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return 'has a backslash or a control character'
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is absolute'
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    return 'has an empty part, . or ..'
  }
  if (parts.some((part) => /[ .]$/.test(part))) return 'has a part that ends in a dot or a space'
  return undefined
}

/** Whether a file of the package is given to its own code: all but what only the host reads. Pure. */
export function isAsset({ runtime, migrations, provides }: Manifest, path: string): boolean {
  const folder = migrations?.replace(/\/+$/, '')
  const isHosts =
    path === 'package.json' ||
    ('entry' in runtime && (path === runtime.entry || path === `${runtime.entry}.map`)) ||
    (folder !== undefined && path.startsWith(`${folder}/`)) ||
    provides?.services?.some(({ contract }) => path === contract) === true
  return !isHosts
}
