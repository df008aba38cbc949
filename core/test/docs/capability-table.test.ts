import { access, readFile } from 'node:fs/promises'
import t from 'tap'
import { offeredCalls, withCapabilityTable } from '../../scripts/capability-table.ts'
import { loadCatalogues } from '../../scripts/error-reference.ts'
import { capabilityReference } from '../../src/broker/capability-reference.ts'

const root = new URL('../../../', import.meta.url)

t.test('sdk/docs/capabilities.md lists every host call; npm run generate mends it', async (t) => {
  const page = await readFile(new URL('sdk/docs/capabilities.md', root), 'utf8')
  t.equal(withCapabilityTable(page), page)
})

t.test('the reference has what the broker offers, and nothing else', async (t) => {
  t.same(Object.keys(capabilityReference).sort(), Object.keys(offeredCalls()).sort())
})

t.test('every error that a row names is in a catalogue, and every example is there', async (t) => {
  const catalogues = await loadCatalogues(root)
  const codes = new Set(
    catalogues.flatMap(({ prefix, definitions }) =>
      Object.keys(definitions).map((name) => `${prefix}_${name}`),
    ),
  )
  for (const [name, { errors, example }] of Object.entries(capabilityReference)) {
    for (const code of errors) t.ok(codes.has(code), `${name}: ${code}`)
    for (const path of [example.plugin, example.test]) {
      await t.resolves(access(new URL(path, root)), `${name}: ${path}`)
    }
  }
})
