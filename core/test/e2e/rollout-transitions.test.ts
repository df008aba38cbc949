import t, { type Test } from 'tap'
import { eventsIn } from '../../src/rollout/page/event-stream.js'
import { createKnex } from '../../src/storage/create-knex.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const start = () => HostProcess.start(t, { databaseUrl: hostUrl, home })
let host = await start()
const release = await releaseProbe(t, host)
await release('1.0.0')
await release('1.1.0')

interface Transition {
  readonly id: number
  readonly command: string
  readonly generation: number
}

interface Rollout {
  readonly id: string
  readonly state: string
  readonly transitions: readonly Transition[]
}

const tell = (id: string, command: string) =>
  host.client.request<Rollout>('POST', `/v1/rollouts/${id}/${command}`, {})

/** Held for a day: nothing moves it but this test. */
async function planned(): Promise<string> {
  const hold = { durationMs: 86_400_000 }
  const steps = [
    { weightBp: 100, hold },
    { weightBp: 500, hold },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin: probe, version: '1.1.0', steps }
  return (await host.client.request<Rollout>('POST', '/v1/rollouts', wish)).id
}

/** A client that asks again whenever its stream breaks, and what each event newly told it. */
class Watcher {
  readonly told: Transition[] = []
  readonly #t: Test
  readonly #id: string
  readonly ended: Promise<void>

  constructor(t: Test, id: string) {
    this.#t = t
    this.#id = id
    this.ended = this.#watch()
  }

  async #watch(): Promise<void> {
    const deadline = Date.now() + 240_000
    let state = ''
    while (state !== 'aborted' && Date.now() < deadline) {
      // Cut off: the host is being started again.
      state = await this.#read().catch(() => state)
    }
  }

  async #read(): Promise<string> {
    const url = `${host.url}/v1/rollouts/${this.#id}/events`
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
    const { body } = await fetch(url, { headers, signal: AbortSignal.timeout(60_000) })
    let state = ''
    for await (const event of eventsIn(body as ReadableStream<Uint8Array>)) {
      const rollout = event as Rollout
      const before = this.told.map(({ id }) => id)
      this.#t.same(
        rollout.transitions.slice(0, before.length).map(({ id }) => id),
        before,
        'what was told stays told, in its order',
      )
      this.told.push(...rollout.transitions.slice(before.length))
      state = rollout.state
    }
    return state
  }
}

t.test(
  'a stream and the outbox tell each move once and in order, also across a kill in the middle of one',
  async (t) => {
    const id = await planned()
    const watcher = new Watcher(t, id)
    await tell(id, 'start')
    await tell(id, 'pause')
    const cut = tell(id, 'resume').then(
      () => true,
      () => false,
    )
    await host.kill()
    const wasAcknowledged = await cut
    host = await start()
    const { state } = await host.client.request<Rollout>('GET', `/v1/rollouts/${id}`)
    if (wasAcknowledged) t.equal(state, 'running', 'what was acknowledged is there')
    if (state === 'paused') await tell(id, 'resume')
    await tell(id, 'advance')
    await tell(id, 'abort')
    await watcher.ended
    t.same(
      watcher.told.map(({ command }) => command),
      ['start', 'pause', 'resume', 'advance', 'abort'],
    )
    const knex = createKnex(hostUrl, { name: 'test' })
    t.teardown(() => knex.destroy())
    const rows = await knex('outbox_events')
      .where({ subject: id })
      .andWhere('type', 'like', 'signalbox.rollout.%')
      .orderBy('sequence')
    const events = rows
      .map(({ type, data }) => ({ type, generation: data.generation }))
      .filter(({ type }) => type !== 'signalbox.rollout.created')
    t.same(
      events,
      watcher.told.map(({ command, generation }) => ({
        type: `signalbox.rollout.${command}`,
        generation,
      })),
    )
    const generations = events.map(({ generation }) => generation)
    t.same(
      generations,
      [...new Set(generations)].sort((a, b) => a - b),
      'generations only rise',
    )
  },
)
