import t from 'tap'
import { leaksOf, type Outcome, PEOPLE } from './judge.ts'

const canaries = [
  { kind: 'row', value: 'canary_row_1', actor: 'victim', tenant: 'acme' },
  { kind: 'unit', value: 'canary_unit_2', tenant: 'acme' },
  { kind: 'asset', value: 'canary_asset_3', actor: 'victim' },
]
const nothing: Outcome = { said: '', gained: '', knocks: 0, before: new Map(), after: new Map() }
const leaks = (attacker: { actor: string; tenant: string }, outcome: Partial<Outcome>) =>
  leaksOf(attacker, canaries, { ...nothing, ...outcome })

const neighbour = { actor: 'intruder', tenant: 'acme' }
const stranger = { actor: 'intruder', tenant: 'globex' }
const gained = canaries.map(({ value }) => value).join(' ')

t.test('what one may know is no leak, and all else is', async (t) => {
  t.strictSame(leaks({ actor: 'victim', tenant: 'acme' }, { gained }), [])
  t.strictSame(leaks(neighbour, { gained }), [
    'row of victim@acme, plain',
    'asset of victim@any, plain',
  ])
  t.equal(leaks(stranger, { gained }).length, 3)
  t.strictSame(leaks({ actor: PEOPLE, tenant: 'acme' }, { gained }), ['asset of victim@any, plain'])
  t.equal(leaks({ actor: PEOPLE, tenant: 'globex' }, { gained }).length, 3)
})

t.test('a canary is seen behind an encoding, and not where the attacker said it', async (t) => {
  const hidden = Buffer.from(`what came: ${gained}`).toString('base64')
  t.equal(leaks(stranger, { gained: hidden }).length, 3)
  t.strictSame(leaks(neighbour, { gained: 'canary_row_1', said: 'cancel canary_row_1' }), [])
})

t.test('a changed table and a connection are leaks too', async (t) => {
  const [before, after] = [new Map([['public.blobs', 'a']]), new Map([['public.blobs', 'b']])]
  t.strictSame(leaks(stranger, { before, after }), ['rows of public.blobs changed'])
  t.equal(leaks(stranger, { before }).length, 1, 'one that is gone')
  t.equal(leaks(stranger, { knocks: 2 }).length, 1)
})
