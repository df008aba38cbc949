import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  type FreezeTime,
  freezeOf,
  freezeTimeFaults,
  isFrozen,
} from '../../../src/rollout/standstill/freezes.ts'

const at = (text: string) => Date.parse(text)
const weekend: FreezeTime = {
  days: ['fri', 'sat'],
  from: '18:00',
  to: '08:00',
  timeZone: 'Asia/Shanghai',
}
const reason = { en: 'weekend', 'zh-CN': '周末' }

t.test('a time once is frozen from its first moment until before its last', async (t) => {
  const time = { from: '2026-02-14T00:00:00+08:00', to: '2026-02-24T00:00:00+08:00' }
  t.equal(isFrozen(time, at('2026-02-13T15:59:59.999Z')), false)
  t.equal(isFrozen(time, at('2026-02-13T16:00:00Z')), true)
  t.equal(isFrozen(time, at('2026-02-23T15:59:59.999Z')), true)
  t.equal(isFrozen(time, at('2026-02-23T16:00:00Z')), false)
})

t.test('a night of the week goes on into the day after, by the clock of its zone', async (t) => {
  // 2026-11-27 is a Friday; 18:00 in Shanghai is 10:00 UTC.
  t.equal(isFrozen(weekend, at('2026-11-27T09:59:00Z')), false)
  t.equal(isFrozen(weekend, at('2026-11-27T10:00:00Z')), true)
  t.equal(isFrozen(weekend, at('2026-11-27T23:59:00Z')), true, 'Saturday, 07:59')
  t.equal(isFrozen(weekend, at('2026-11-28T00:00:00Z')), false, 'Saturday, 08:00')
  t.equal(isFrozen(weekend, at('2026-11-28T12:00:00Z')), true, 'Saturday, 20:00')
  t.equal(isFrozen(weekend, at('2026-11-28T23:00:00Z')), true, 'Sunday, 07:00')
  t.equal(isFrozen(weekend, at('2026-11-29T12:00:00Z')), false, 'Sunday, 20:00')
})

t.test('a clock that is set for summer moves the freeze with it', async (t) => {
  const morning: FreezeTime = {
    ...weekend,
    days: ['mon'],
    from: '09:00',
    to: '10:00',
    timeZone: 'Europe/Berlin',
  }
  t.equal(isFrozen(morning, at('2026-03-23T08:30:00Z')), true, 'winter: UTC+1')
  t.equal(isFrozen(morning, at('2026-03-30T07:30:00Z')), true, 'summer: UTC+2')
  t.equal(isFrozen(morning, at('2026-03-30T08:30:00Z')), false)
})

t.test('a freeze of one plugin is none of the others', async (t) => {
  const always: FreezeTime = { from: '2020-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z' }
  const own = { name: 'own', plugin: 'one', time: always, reason }
  t.equal(freezeOf([own], 'one', at('2026-01-01T00:00:00Z'))?.name, 'own')
  t.equal(freezeOf([own], 'two', at('2026-01-01T00:00:00Z')), undefined)
  t.equal(freezeOf([{ ...own, plugin: null }], 'two', at('2026-01-01T00:00:00Z'))?.name, 'own')
})

t.test('what is no time is refused at its place', async (t) => {
  const faulty: readonly (readonly [time: unknown, pointers: readonly string[]])[] = [
    [null, ['/time']],
    [{ from: '2026-01-01', to: '2026-01-02T00:00:00Z' }, ['/time/from']],
    [{ from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }, ['/time/to']],
    [{ ...weekend, days: [] }, ['/time/days']],
    [{ ...weekend, days: ['sunday'] }, ['/time/days']],
    [{ ...weekend, from: '24:00' }, ['/time/from']],
    [{ ...weekend, timeZone: 'Suzhou' }, ['/time/timeZone']],
    [{ ...weekend, cron: '* * * * *' }, ['/time/cron']],
  ]
  for (const [time, pointers] of faulty) {
    t.same(
      freezeTimeFaults(time, '/time').map(({ pointer }) => pointer),
      pointers,
      JSON.stringify(time),
    )
  }
  t.same(freezeTimeFaults(weekend, '/time'), [])
})

t.test('nothing that JSON can say makes the check throw', async () => {
  fc.assert(fc.property(fc.jsonValue(), (time) => Array.isArray(freezeTimeFaults(time, ''))))
})
