import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  deleteRating,
  markGone,
  putRating,
  ratingsOfTenant,
} from '../../src/listing/ratings/rating-store.ts'
import { ratingSummary } from '../../src/listing/ratings/rating-summary.ts'
import { publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'

const registry = await startRegistry(t)
const { knex } = registry
const name = '@acme/gate'
const token = await registry.publisher('acme', ['@acme'])
const rival = await registry.publisher('rival', ['@rival'])
const body = publishBody({ name, version: '1.0.0' })
await registry.call('/@acme%2fgate', { method: 'PUT', token, body })

const idOf = (digit: string) => digit.repeat(32)
const rate = (
  tenant: string,
  digit: string,
  stars: number,
  text: string | null = null,
  major = 1,
) =>
  knex.transaction((trx) =>
    putRating(trx, {
      ...{ id: idOf(digit), name, tenant, major, stars, text },
      ...{ author: `user:${tenant}`, at: new Date() },
    }),
  )
const page = '/v1/marketplace/packages/@acme%2Fgate/ratings'
const read = async (query = '') => (await registry.call(page + query)).body

t.test('a mean of few voices is near the middle, and within what was said and it', async (t) => {
  t.equal(ratingSummary([0, 0, 0, 0, 0]).mean, null)
  t.equal(ratingSummary([0, 0, 0, 0, 1]).mean, 3.3)
  t.equal(ratingSummary([0, 0, 0, 0, 1000]).mean, 5)
  const counts = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99))
  fc.assert(
    fc.property(counts, (some) => {
      const { mean, count } = ratingSummary(some)
      return count === 0 ? mean === null : mean !== null && mean >= 1 && mean <= 5
    }),
  )
  t.end()
})

t.test('a tenant has one voice a major, and nobody reads whose it is', async (t) => {
  await rate('one', '1', 5, 'Counts well')
  await rate('one', '2', 4, 'Counts')
  await rate('two', '3', 1)
  await rate('two', '4', 2, null, 2)
  const { summary, items } = await read()
  t.match(summary, { count: 3, counts: [1, 1, 0, 1, 0] })
  t.notMatch(JSON.stringify(items), /"(tenant|author)"|user:/)
  const first = await read('?limit=2')
  const second = await read(`?limit=2&cursor=${first.next}`)
  t.equal(first.items.length + second.items.length, 3)
})

t.test('the publisher answers, nobody else, and an answer to other words goes', async (t) => {
  const answer = { method: 'PUT', body: { text: 'Thank you' } }
  const path = `${page}/${idOf('1')}/answer`
  t.equal((await registry.call(path, answer)).status, 401)
  t.equal((await registry.call(path, { ...answer, token: rival })).status, 403)
  t.equal((await registry.call(path, { ...answer, token })).status, 204)
  t.equal((await registry.call(`${page}/${idOf('9')}/answer`, { ...answer, token })).status, 404)
  const mine = async () => (await ratingsOfTenant(knex, { name, tenant: 'one' }))[0]
  await rate('one', '5', 3, 'Counts')
  t.match(await mine(), { stars: 3, answer: 'Thank you' })
  await rate('one', '5', 3, 'Counts nothing')
  t.match(await mine(), { answer: null })
})

t.test('the operator hides one for a reason, and it counts no more', async (t) => {
  const hide = { method: 'POST', body: { reason: 'names a person' } }
  const path = `${page}/${idOf('3')}/hide`
  t.equal((await registry.call(path, { ...hide, token })).status, 403)
  t.equal((await registry.call(path, { ...hide, token: OPERATOR_TOKEN })).status, 204)
  t.equal((await read()).summary.count, 2)
  t.match(registry.audited.at(-1), { action: 'package-rating.hidden', subject: name })
  await rate('two', '6', 5, 'I say it again')
  t.equal((await read()).summary.count, 2, 'to write it anew brings it not back')
  const own = await ratingsOfTenant(knex, { name, tenant: 'two' })
  t.match(
    own.find(({ major }) => major === 1),
    { hiddenReason: 'names a person' },
  )
  const show = { method: 'POST', token: OPERATOR_TOKEN }
  t.equal((await registry.call(`${page}/${idOf('3')}/show`, { ...show, token })).status, 403)
  t.equal((await registry.call(`${page}/${idOf('3')}/show`, show)).status, 204)
  t.equal((await registry.call(`${page}/${idOf('3')}/show`, show)).status, 404, 'it is not hidden')
  t.equal((await read()).summary.count, 3)
  t.match(registry.audited.at(-1), { action: 'package-rating.shown', subject: name })
  t.equal((await registry.call(path, { ...hide, token: OPERATOR_TOKEN })).status, 204)
})

t.test(
  'who does not run it any more has no voice after half a year, and has it again',
  async (t) => {
    const day = 86_400_000
    const others = [{ plugin: name, tenant: 'two' }]
    await markGone(knex, others, new Date(Date.now() - 179 * day))
    t.equal((await read()).summary.count, 2)
    await markGone(knex, [...others, { plugin: name, tenant: 'one' }], new Date())
    await markGone(knex, others, new Date(Date.now() - 181 * day))
    t.equal((await read()).summary.count, 1)
    await rate('one', '7', 4)
    t.equal((await read()).summary.count, 2)
    const of = { name, tenant: 'one', major: 1 }
    t.equal(await knex.transaction((trx) => deleteRating(trx, of)), true)
    t.equal(await knex.transaction((trx) => deleteRating(trx, of)), false)
  },
)
