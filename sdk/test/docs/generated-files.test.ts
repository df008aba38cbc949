import { readFile } from 'node:fs/promises'
import t from 'tap'
import { generatedFiles } from '../../scripts/generated-files.ts'
import type { SchemaNode } from '../../scripts/schema-tables.ts'
import { contractSchema } from '../../src/contract/contract-schema.ts'
import { manifestSchema } from '../../src/manifest/manifest-schema.ts'

for (const [path, text] of generatedFiles()) {
  t.test(`${path} is what its schema says; npm run generate mends it`, async (t) => {
    t.equal(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'), text)
  })
}

t.test('every property of the manifest and of a contract is described', async (t) => {
  t.same([...undescribed('manifest', manifestSchema as SchemaNode)], [])
  t.same([...undescribed('contract', contractSchema as SchemaNode)], [])
})

function* undescribed(path: string, node: SchemaNode): Generator<string> {
  for (const [name, property] of Object.entries(node.properties ?? {})) {
    if (property.description === undefined) yield `${path}.${name}`
    yield* undescribed(`${path}.${name}`, property)
  }
  if (node.items !== undefined) yield* undescribed(`${path}[]`, node.items)
  if (typeof node.additionalProperties === 'object') {
    yield* undescribed(`${path}.*`, node.additionalProperties)
  }
}
