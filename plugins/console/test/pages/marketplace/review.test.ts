import t from 'tap'
import {
  commandsFor,
  diffLines,
  missingApprovals,
  type ReviewEntry,
} from '../../../web/pages/marketplace/review.ts'

const entry = (kind: ReviewEntry['kind']): ReviewEntry => ({
  kind,
  actor: 'someone',
  text: 'said',
  rule: null,
  at: '2026-01-01T00:00:00Z',
  statement: null,
})

t.test('a rejected version is looked at once more only after an appeal', async (t) => {
  t.same(commandsFor({ status: 'open', entries: [] }), ['approve', 'reject', 'answer'])
  t.same(commandsFor({ status: 'rejected', entries: [entry('rejection')] }), ['answer'])
  const appealed = [entry('rejection'), entry('appeal'), entry('answer')]
  t.same(commandsFor({ status: 'rejected', entries: appealed }), ['reopen', 'answer'])
  t.same(commandsFor({ status: 'approved', entries: [entry('approval')] }), [])
})

t.test('approvals that are missing are counted by those that were given', async (t) => {
  t.equal(missingApprovals({ needed: 2, entries: [entry('approval'), entry('answer')] }), 1)
  t.equal(missingApprovals({ needed: 0, entries: [] }), 0)
})

t.test('lines of a diff are told apart, and a long one is cut', async (t) => {
  const diff = '@@ -1,2 +1,2 @@\n same\n-old\n+new\n'
  t.same(
    diffLines(diff, 10).lines.map(({ kind }) => kind),
    ['place', 'same', 'removed', 'added'],
  )
  t.match(diffLines(diff, 1), { lines: [{ text: '@@ -1,2 +1,2 @@' }], left: 3 })
})
