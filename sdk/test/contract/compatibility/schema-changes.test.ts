import t from 'tap'
import { schemaChanges } from '../../../src/contract/compatibility/schema-changes.ts'
import { schemaFaults } from '../../../src/contract/contract.ts'
import { composedPairs } from './composed-pairs.ts'
import type { Verdict } from './pair-words.ts'
import { schemaPairs } from './schema-pairs.ts'

const pairs = [...schemaPairs, ...composedPairs]

function verdictOf(kinds: readonly string[]): Verdict {
  const found = (['breaking', 'additive', 'docs'] as const).find((kind) => kinds.includes(kind))
  return found ?? 'same'
}

const judged = pairs.flatMap(({ title, old, now, ...verdicts }) =>
  (['input', 'output'] as const).flatMap((side) => {
    const expected = verdicts[side]
    if (expected === undefined) return []
    const changes = schemaChanges(old, now, { side, pointer: `/operations/o/${side}` })
    return [{ title, side, expected, changes, found: verdictOf(changes.map(({ kind }) => kind)) }]
  }),
)

t.test('every pair of the corpus is a schema that a contract may hold', async (t) => {
  for (const { title, old, now } of pairs) {
    t.same([...schemaFaults(old), ...schemaFaults(now)], [], title)
  }
})

t.test('every breaking change of the corpus is caught', async (t) => {
  const breaking = judged.filter(({ expected }) => expected === 'breaking')
  t.ok(breaking.length >= 60)
  for (const { title, side, found } of breaking) t.equal(found, 'breaking', `${side}: ${title}`)
})

t.test('no harmless change of the corpus is called breaking', async (t) => {
  const harmless = judged.filter(({ expected }) => expected !== 'breaking')
  t.ok(harmless.length >= 60)
  for (const { title, side, expected, found, changes } of harmless) {
    t.equal(found, expected, `${side}: ${title}: ${changes.map((one) => one.sentence.en)}`)
  }
})

t.test('every change has a place in the contract and a sentence in each language', async (t) => {
  for (const { title, side, changes } of judged) {
    for (const { pointer, sentence } of changes) {
      t.ok(pointer.startsWith(`/operations/o/${side}`), `${title}: ${pointer}`)
      t.notMatch(sentence.en + sentence['zh-CN'], /\{\w+\}|undefined/, title)
      t.match(sentence['zh-CN'], /[\u4e00-\u9fff]/, title)
    }
  }
})
