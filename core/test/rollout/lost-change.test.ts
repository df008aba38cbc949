import t from 'tap'
import { commitRoutedChange, LOST_CHANGE_MS } from '../../src/audit/change.ts'
import { moveRollouts } from '../../src/rollout/move-rollout.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { because, full, openRollouts, operator, weight } from '../support/rollouts.ts'
import { StallingProxy } from '../support/stalling-proxy.ts'

const { knex, clock, rollouts, hostUrl } = await openRollouts(t)

t.test('a host that is cut off in the middle of a move holds an abort no longer', async (t) => {
  const steps = [weight(100), full]
  const { id } = await rollouts.create(operator, { plugin: 'one', version: '1.1.0', steps })
  await rollouts.command(operator, id, 'start', because)
  const proxy = await StallingProxy.start(t, hostUrl)
  const cutOff = createKnex(proxy.url)
  t.teardown(() => cutOff.destroy())
  let hasMoved: () => void = () => undefined
  const moved = new Promise<void>((resolve) => {
    hasMoved = resolve
  })
  let goOn: () => void = () => undefined
  const goesOn = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const change = { ...operator, action: 'rollout.advance', subject: id, tenant: null }
  const asked = { id, command: 'advance', actor: 'judge', ground: because, now: clock.now } as const
  const lost = commitRoutedChange(cutOff, change, async (trx) => {
    await moveRollouts(trx, asked)
    proxy.stall()
    hasMoved()
    await goesOn
  })
  const isLost = t.rejects(lost, 'it never happened')
  await moved
  const startedAt = performance.now()
  const aborted = await rollouts.command(operator, id, 'abort', because)
  const tookMs = performance.now() - startedAt
  t.match(aborted, { state: 'aborted', step: 0 })
  t.ok(tookMs < LOST_CHANGE_MS + 30_000, `${Math.round(tookMs)} ms`)
  proxy.resume()
  goOn()
  await isLost
  const { generation } = await knex('rollout_transitions')
    .where({ rollout: id, command: 'abort' })
    .first('generation')
  t.equal(
    Number((await knex('routing').first()).generation),
    Number(generation),
    'one after the start',
  )
})
