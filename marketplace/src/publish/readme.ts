import type { PackageInspection } from '../ports.ts'

/** Characters that are kept: as npm's registry does, so that packuments stay small. */
const MAX_LENGTH = 64 * 1024

/** The readme in the package's root, if it has one, as text that PostgreSQL can hold. */
export function readmeOf(files: PackageInspection['files']): string | null {
  const file = files.find(({ path }) => /^readme(\.md|\.markdown|\.txt)?$/i.test(path))
  if (file === undefined) return null
  return file.bytes.toString('utf8').slice(0, MAX_LENGTH).replaceAll('\u0000', '').toWellFormed()
}
