import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { pathPart } from '../../../src/removal/export/export-file.ts'
import {
  type ExportSource,
  exportPlugin,
  removeDrafts,
} from '../../../src/removal/export/export-plugin.ts'

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const log = { info: () => undefined }
const of = { plugin: '@a/b', versions: ['1.0.0'] }

async function rootOf(t: Test): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'signalbox-export-'))
  t.teardown(() => rm(root, { recursive: true, force: true }))
  return root
}

const source: ExportSource = {
  tables: async () => ['notes', '../up'],
  async *rows(table) {
    if (table !== 'notes') return yield [{ tenant: '..', json: '{}' }]
    yield [
      { tenant: 'acme', json: '{"n":1}' },
      { tenant: 'acme', json: '{"n":2}' },
    ]
    yield [
      { tenant: 'acme', json: '{"n":3}' },
      { tenant: 'globex', json: '{"n":4}' },
    ]
  },
  async *blobs() {
    yield { tenant: 'acme', sha256: sha256('hello'), size: 5, type: 'text/plain' }
  },
  async *bytes() {
    yield Buffer.from('hel')
    yield Buffer.from('lo')
  },
}

t.test(
  'an export has a file a table and tenant, a file a blob, and a manifest of all',
  async (t) => {
    const root = await rootOf(t)
    const now = () => new Date('2026-11-26T10:00:00.000Z')
    const ports = { root, now, signal: new AbortController().signal, log }
    const exported = await exportPlugin(ports, of, source)
    t.match(exported, { folder: 'exports/%40a%2Bb-2026-11-26T10-00-00-000Z', files: 4, rows: 5 })
    const folder = join(root, exported.folder.slice('exports/'.length))
    const text = await readFile(join(folder, 'manifest.json'), 'utf8')
    t.equal(sha256(text), exported.sha256)
    const { list, ...manifest } = JSON.parse(text)
    t.match(manifest, { export: 1, ...of, files: 4, rows: 5 })
    t.match(list, { path: 'files.ndjson', rows: 4 })
    const lines = await readFile(join(folder, list.path), 'utf8')
    t.equal(sha256(lines), list.sha256)
    const files = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    t.match(files, [
      { path: 'tables/notes/acme.ndjson', rows: 3 },
      { path: 'tables/notes/globex.ndjson', rows: 1 },
      { path: 'tables/%2E%2E%2Fup/%2E%2E.ndjson', rows: 1 },
      { path: `blobs/acme/${sha256('hello')}`, bytes: 5 },
    ])
    for (const file of files) {
      const bytes = await readFile(join(folder, file.path))
      t.equal(sha256(bytes), file.sha256)
      t.equal(bytes.length, file.bytes)
      t.equal((await stat(join(folder, file.path))).mode & 0o777, 0o600)
    }
    t.equal(
      await readFile(join(folder, 'tables/notes/acme.ndjson'), 'utf8'),
      '{"n":1}\n{"n":2}\n{"n":3}\n',
    )
    t.equal((await stat(folder)).mode & 0o777, 0o700)
  },
)

t.test(
  'an export that is given up, or meets other bytes than a name says, leaves nothing',
  async (t) => {
    const root = await rootOf(t)
    const giving = new AbortController()
    const ports = { root, now: () => new Date(), log, signal: giving.signal }
    const wrong = {
      ...source,
      async *bytes() {
        yield Buffer.from('other')
      },
    }
    await t.rejects(exportPlugin(ports, of, wrong), /is not what its name says/)
    giving.abort(new Error('given up'))
    await t.rejects(exportPlugin(ports, of, source), /given up/)
    t.strictSame(await readdir(root), [])
  },
)

t.test('drafts of a killed host go; exports stay', async (t) => {
  const root = await rootOf(t)
  const ports = { root, now: () => new Date(), log, signal: new AbortController().signal }
  const { folder } = await exportPlugin(ports, of, source)
  const { mkdir } = await import('node:fs/promises')
  await mkdir(join(root, '.draft-left'))
  await removeDrafts(root)
  t.strictSame(await readdir(root), [folder.slice('exports/'.length)])
  await removeDrafts(join(root, 'nowhere'))
})

t.test('no name leads out of the folder', async (t) => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
      t.match(pathPart(name), /^[A-Za-z0-9_!~'()%-]+$/)
    }),
  )
})
