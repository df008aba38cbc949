import { readFile } from 'node:fs/promises'
import { type ErrorDefinition, languages } from '@signalbox/sdk/errors'
import t from 'tap'
import { errorReference, loadCatalogues } from '../../scripts/error-reference.ts'

const catalogues = await loadCatalogues(new URL('../../../', import.meta.url))
const errors = catalogues.flatMap(({ prefix, definitions }) =>
  Object.entries(definitions).map(([name, definition]): [string, ErrorDefinition] => [
    `${prefix}_${name}`,
    definition,
  ]),
)

t.test('core/docs/errors.md tells every refusal; npm run generate mends it', async (t) => {
  const path = new URL('../../docs/errors.md', import.meta.url)
  t.equal(await readFile(path, 'utf8'), errorReference(catalogues))
})

t.test('each workspace has its catalogue, and no code is uttered by two', async (t) => {
  t.same([...new Set(catalogues.map(({ prefix }) => prefix))].sort(), ['CORE', 'MKT', 'SBX', 'SDK'])
  const codes = errors.map(([code]) => code)
  t.equal(new Set(codes).size, codes.length)
})

for (const [code, { status, message, cure }] of errors) {
  t.test(`${code} says the same in each language, and how to cure it`, async (t) => {
    t.match(code, /^[A-Z]+(_[A-Z0-9]+)+$/)
    t.ok(status >= 400 && status < 600)
    for (const text of [message, cure]) {
      for (const language of languages) t.ok(text[language].trim().length > 0)
      t.same(placesOf(text['zh-CN']), placesOf(text.en), 'the same {places}')
      t.match(text['zh-CN'], /\p{Script=Han}/u)
      t.notMatch(text.en, /\p{Script=Han}/u)
    }
  })
}

function placesOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''))].sort()
}
