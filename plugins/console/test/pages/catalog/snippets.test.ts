import { execFileSync } from 'node:child_process'
import t from 'tap'
import { cliOf, curlOf, sampleOf, typeScriptOf } from '../../../web/pages/catalog/snippets.ts'
import { shellWord } from '../../../web/parts/command-text.ts'

const call = {
  origin: 'https://host.example',
  service: 'parcels.stock',
  major: 1,
  operation: 'read',
  input: { item: `it's $(date) "x"` },
}

t.test('a word of a shell is what it was, whatever stands in it', async (t) => {
  for (const word of ['plain', '', `it's`, '$(date)', 'a b', '`x`', '\\', '"', 'a\nb']) {
    const said = execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`]).toString()
    t.equal(said, word)
  }
})

t.test('a call is shown for programs without the key', async (t) => {
  t.match(curlOf(call), /https:\/\/host\.example\/api\/parcels\.stock\/v1\/read/)
  t.match(curlOf(call), /\$SIGNALBOX_KEY/)
  t.match(cliOf(call), /^npx signalbox call parcels\.stock@1\/read '/)
  t.match(typeScriptOf(call), "from './parcels.stock.v1.ts'")
})

t.test('an input is made up of what a schema asks for', async (t) => {
  const schema = {
    type: 'object',
    required: ['item', 'count', 'kind', 'lines'],
    properties: {
      item: { type: 'string' },
      count: { type: 'integer', minimum: 3 },
      kind: { enum: ['a', 'b'] },
      lines: { type: 'array', minItems: 1, items: { type: 'boolean' } },
      left: { type: 'string' },
    },
  }
  t.same(sampleOf(schema), { item: '', count: 3, kind: 'a', lines: [false] })
  t.same(sampleOf(null), {})
})
