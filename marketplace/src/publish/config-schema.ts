import type { PackageInspection } from '../ports.ts'

/** A longer one is read in the files' diff: what is told of it key by key would be longer still. */
const MAX_BYTES = 256 * 1024

/** The schema of the plugin's settings as JSON text, which its import has checked; null: it has none. */
export function configSchemaOf({
  files,
  manifest,
}: Pick<PackageInspection, 'files' | 'manifest'>): string | null {
  const file = files.find(({ path }) => path === manifest.config)
  if (file === undefined || file.bytes.length > MAX_BYTES) return null
  return JSON.stringify(JSON.parse(new TextDecoder().decode(file.bytes)))
}
