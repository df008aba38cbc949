import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { appendEvents } from '../../src/events/event-log-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import type { AttemptOutcome } from '../../src/webhooks-out/attempt-verdict.ts'
import { takeDeliveries } from '../../src/webhooks-out/out-delivery-store.ts'
import { tryDelivery } from '../../src/webhooks-out/try-delivery.ts'
import { eventOf } from '../support/event-store.ts'
import { testDatabases } from '../support/postgres.ts'
import { admin, START, webhookRoom } from '../support/webhooks-out.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const room = await webhookRoom(t, knex)
const { clock, endpoints, queueAll } = room

const good: AttemptOutcome = {
  ...{ kind: 'answered', status: 200, retryAfter: undefined },
  ...{ excerpt: '', ms: 1 },
}
const bad: AttemptOutcome = { ...good, status: 500 }
const keys = ['a', 'b', null] as const
const steps = ['good', 'bad', 'lost', 'wait', 'publish'] as const

/** An endpoint with what was published for it and what it took, in the order it first did. */
class Receiver {
  readonly published: { id: string; key: string | null }[] = []
  readonly firsts: string[] = []

  async publish(): Promise<void> {
    const events = keys.map((key, n) => ({ id: `${this.published.length + n}`, key }))
    this.published.push(...events)
    const logged = events.map(({ id, key }) => eventOf(id, key === null ? {} : { key }))
    await appendEvents(knex, logged)
    await queueAll()
  }

  take(total = 2) {
    const limits = { now: clock.now, leaseMs: 10_000, perEndpoint: 8, total }
    return takeDeliveries(knex, [], limits)
  }

  /** @returns how many were sent */
  async round(outcome: AttemptOutcome): Promise<number> {
    const taken = await this.take()
    const send = async ({ body }: { readonly body: string }) => {
      const { id } = JSON.parse(body)
      if (outcome === good && !this.firsts.includes(id)) this.firsts.push(id)
      return outcome
    }
    for (const one of taken) await tryDelivery({ ...room, knex, random: () => 0.5, send }, one)
    return taken.length
  }

  async do(step: (typeof steps)[number]): Promise<void> {
    if (step === 'publish') await this.publish()
    if (step === 'wait') clock.now += 400_000
    // A node that is killed after it took, and before it said how it went.
    if (step === 'lost') await this.take()
    if (step === 'good') await this.round(good)
    if (step === 'bad') await this.round(bad)
  }

  /** From now on all goes well. */
  async finish(): Promise<void> {
    const waits = () => knex('webhook_deliveries').where({ state: 'waiting' }).first('id')
    for (let n = 0; n < 1000 && (await waits()) !== undefined; n++) {
      if ((await this.round(good)) === 0) clock.now += 3_600_000
    }
  }
}

t.test('whatever fails, of a key the first deliveries are in order and none is lost', async (t) => {
  const scripts = fc.array(fc.constantFrom(...steps), { minLength: 10, maxLength: 60 })
  const run = async (script: readonly (typeof steps)[number][]) => {
    const tables = ['webhook_deliveries', 'webhook_endpoints', 'events']
    for (const table of tables) await knex(table).delete()
    clock.now = START
    const wish = { tenant: 'acme', app: 'app', url: 'https://example.com/', types: ['orders.*'] }
    await endpoints.create(admin, wish)
    const receiver = new Receiver()
    await receiver.publish()
    for (const step of script) await receiver.do(step)
    await receiver.finish()
    const dead = await knex('webhook_deliveries as d')
      .join('events as e', 'e.sequence', 'd.event')
      .where({ state: 'dead' })
      .pluck('e.id')
    const { published, firsts } = receiver
    const known = [...new Set([...firsts, ...dead])].sort()
    t.same(known, published.map(({ id }) => id).sort(), 'each was taken, or is a dead letter')
    for (const key of ['a', 'b']) {
      const due = published.filter((one) => one.key === key).map(({ id }) => id)
      const came = firsts.filter((id) => due.includes(id))
      t.same(
        came,
        due.filter((id) => came.includes(id)),
        'in order',
      )
    }
  }
  await fc.assert(fc.asyncProperty(scripts, run), { numRuns: 25 })
})
