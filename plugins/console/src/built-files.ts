import { createHash } from 'node:crypto'

/** What the build wrote down of the files it made: their digests, by path below the folder. */
export type BuiltFiles = Readonly<Record<string, string>>

/** @param read a file below the folder; undefined where there is none
 *  @returns the paths that are missing or are not what was built */
export async function spoiltFiles(
  built: BuiltFiles,
  read: (path: string) => Promise<Uint8Array | undefined>,
): Promise<readonly string[]> {
  const spoilt: string[] = []
  for (const [path, digest] of Object.entries(built)) {
    const bytes = await read(path)
    if (bytes === undefined || digestOf(bytes) !== digest) spoilt.push(path)
  }
  return spoilt
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
