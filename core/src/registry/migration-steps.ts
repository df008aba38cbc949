import type { StoredFile } from './registry-store.ts'

export interface MigrationStep {
  readonly name: string
  readonly expandSql: string
  readonly downSql: string
  readonly backfillSql?: string | undefined
  readonly contractSql?: string | undefined
}

const pattern = /^(\d{4}-[a-z0-9-]+)\.expand\.sql$/

/** The steps in a version's migrations folder, in the order of their numbers; the import process checked the pairs. */
export async function migrationSteps(
  folder: string | undefined,
  files: readonly StoredFile[],
  read: (sha256: string) => Promise<string>,
): Promise<MigrationStep[]> {
  if (folder === undefined) return []
  const inFolder = new Map(
    files
      .filter((file) => file.path.startsWith(`${folder}/`))
      .map((file) => [file.path.slice(folder.length + 1), file.sha256]),
  )
  const names = [...inFolder.keys()]
    .map((file) => pattern.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort()
  const part = async (file: string) => {
    const sha256 = inFolder.get(file)
    return sha256 === undefined ? undefined : read(sha256)
  }
  return Promise.all(
    names.map(async (name) => ({
      name,
      expandSql: (await part(`${name}.expand.sql`)) ?? '',
      downSql: (await part(`${name}.expand.down.sql`)) ?? '',
      backfillSql: await part(`${name}.backfill.sql`),
      contractSql: await part(`${name}.contract.sql`),
    })),
  )
}
