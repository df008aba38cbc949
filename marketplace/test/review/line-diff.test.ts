import assert from 'node:assert/strict'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { unifiedDiff } from '../../src/review/line-diff.ts'

const plenty = () => ({ left: 1_000_000 })

const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+/g) ?? []

/** Applies a unified diff, as patch(1) does, and fails where a line is not what it says. */
function patched(before: string, diff: string): string {
  const old = linesOf(before)
  const out: string[] = []
  let at = 0
  const told = diff.split('\n')
  for (const [index, line] of told.entries()) {
    const [, from = '', count = ''] = /^@@ -(\d+),(\d+) /.exec(line) ?? []
    if (from !== '') {
      const to = Number(from) - (count === '0' ? 0 : 1)
      out.push(...old.slice(at, to))
      at = to
      continue
    }
    const text = line.slice(1) + (told[index + 1]?.startsWith('\\') ? '' : '\n')
    const isOld = /^[- ]/.test(line)
    if (isOld) assert.equal(old[at++], text)
    if (/^[+ ]/.test(line)) out.push(text)
  }
  return [...out, ...old.slice(at)].join('')
}

t.test('a changed line is shown with three lines around it', async (t) => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', ''].join('\n')
  const diff = unifiedDiff(before, before.replace('e', 'E'), plenty())
  t.equal(diff, ['@@ -2,7 +2,7 @@', ' b', ' c', ' d', '-e', '+E', ' f', ' g', ' h'].join('\n'))
  t.equal(unifiedDiff(before, before, plenty()), '')
  t.equal(unifiedDiff('', 'a\n', plenty()), '@@ -0,0 +1,1 @@\n+a')
  t.equal(unifiedDiff('a\n', '', plenty()), '@@ -1,1 +0,0 @@\n-a')
})

t.test('whatever differs, the old text and the diff make the new one', async (t) => {
  const text = fc
    .array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n', 'd e\n', 'f'), { maxLength: 30 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = unifiedDiff(before, after, plenty())
      return diff !== undefined && patched(before, diff) === after
    }),
  )
  t.pass('no counter-example')
})

t.test('texts that have little in common, and work without end, are not compared', async (t) => {
  const of = (word: string) => Array.from({ length: 3000 }, (_, n) => `${word} ${n}\n`).join('')
  t.equal(unifiedDiff(of('one'), of('other'), plenty()), undefined)
  t.equal(unifiedDiff('a\nb\nc\n', 'd\ne\nf\n', { left: 2 }), undefined)
})
