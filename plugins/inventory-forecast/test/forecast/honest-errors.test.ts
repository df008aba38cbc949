import { createTestHost } from '@signalbox/sdk/testing'
import t from 'tap'
import { formatDay } from '../../src/calendar/civil-day.ts'
import plugin from '../../src/index.ts'
import {
  type Candidate,
  chooseCandidate,
  errorsOfChoosing,
} from '../../src/selection/choose-candidate.ts'

/** A candidate by its absolute error at each origin. */
function candidate(id: string, sizes: readonly number[]): Candidate {
  const errors = sizes.map((error) => [{ step: 1, forecast: 10, error }])
  return { id, errors, mae: sizes.reduce((sum, size) => sum + size / sizes.length, 0) }
}

t.test('a spread is made of errors that nobody chose by', async (t) => {
  const candidates = [
    candidate('median', [10, 10, 10, 10]),
    // At an origin left out it is no tenth better any more, but for the first.
    candidate('theta', [14, 8, 8, 5.9]),
  ]
  t.equal(chooseCandidate(candidates).chosen, 'theta')
  const sizes = errorsOfChoosing(candidates).map((row) => row?.[0]?.error)
  t.strictSame(sizes, [14, 10, 10, 10])
  const clear = [candidate('median', [10, 10, 10, 10]), candidate('ets', [5, 5, 5, 5])]
  t.strictSame(
    errorsOfChoosing(clear).map((row) => row?.[0]?.error),
    [5, 5, 5, 5],
    'who is better anyway is so without any one origin',
  )
})

t.test('ten years of days are answered within a turn, by the newest of them', async (t) => {
  const host = await createTestHost({ folder: new URL('../../', import.meta.url), plugin })
  let level = 1000
  const observations = Array.from({ length: 3660 }, (_, day) => {
    level += ((day * 7919) % 101) - 50
    return { at: formatDay(16_000 + day), value: level }
  })
  const started = process.cpuUsage()
  const made = (await host.call('inventory.forecast', 'forecast', {
    ...{ observations, period: 'day', frequency: 1, horizon: 366, outliers: 'report' },
    ...{ calendar: { region: 'CN' }, quantiles: [0.1, 0.9], stockouts: [3, 3659] },
  })) as { readonly notes: readonly { readonly code: string; readonly values: object }[] }
  const { user } = process.cpuUsage(started)
  t.comment(`${Math.round(user / 1000)} ms of CPU`)
  t.ok(user < 1_500_000, 'a turn')
  t.match(made.notes.find(({ code }) => code === 'OLDEST_LEFT_OUT')?.values, { count: 2460 })
})
