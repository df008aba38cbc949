import t from 'tap'
import { ConfigMarks } from '../../src/invocations/config-marks.ts'
import type { ContentStore } from '../../src/storage/content-store.ts'

const schema = { properties: { signature: { type: 'string', sensitive: true } } }

/** The rows of one version, and what its schema holds. */
function marksOver(rows: Record<string, readonly object[]>, bytes: Buffer | undefined) {
  const knex = (table: string) => ({
    where: () => ({
      first: async () => rows[table]?.[0],
      select: async () => rows[table] ?? [],
    }),
  })
  const contents = { get: async () => bytes } as unknown as ContentStore
  return new ConfigMarks({ knex: knex as never, contents })
}

const installed = { manifest: { config: 'schemas/config.json' } }
const file = { path: 'schemas/config.json', sha256: 'c'.repeat(64), size: 1 }

t.test('what settings mark is known, or the call is not recorded', async (t) => {
  const bytes = Buffer.from(JSON.stringify(schema))
  const rows = { installations: [installed], installation_files: [file] }
  t.ok(await marksOver(rows, bytes).of('@test/one', '1.0.0'))
  const gone = [
    marksOver({}, bytes),
    marksOver({ installations: [installed] }, bytes),
    marksOver(rows, undefined),
  ]
  for (const marks of gone) await t.rejects(marks.of('@test/one', '1.0.0'), /is gone/)
})

t.test('that it is not known now is not remembered', async (t) => {
  const rows: Record<string, object[]> = { installation_files: [file] }
  const marks = marksOver(rows, Buffer.from(JSON.stringify(schema)))
  await t.rejects(marks.of('@test/one', '1.0.0'))
  rows.installations = [installed]
  t.ok(await marks.of('@test/one', '1.0.0'))
})

t.test('a version without a schema of settings marks nothing', async (t) => {
  const marks = marksOver({ installations: [{ manifest: {} }] }, undefined)
  t.equal(await marks.of('@test/one', '1.0.0'), undefined)
})
