import t from 'tap'
import { freezeBody, freezeOptions } from '../../../web/pages/freezes/freeze.ts'

t.test('a freeze of once is sent as two instants', async (t) => {
  const wish = {
    kind: 'once' as const,
    name: 'new-year',
    reason: 'holidays',
    from: '2027-01-01T00:00:00Z',
    to: '2027-01-03T00:00:00Z',
    plugin: '',
  }
  t.strictSame(freezeBody(wish), {
    time: { from: '2027-01-01T00:00:00Z', to: '2027-01-03T00:00:00Z' },
    reason: 'holidays',
  })
})

t.test(
  'a weekly freeze names its days in the order of the week, for the command line too',
  async (t) => {
    const wish = {
      kind: 'weekly' as const,
      name: 'weekend',
      reason: 'nobody is there',
      from: '18:00',
      to: '08:00',
      days: ['sat', 'fri'] as const,
      timeZone: 'Asia/Shanghai',
      plugin: '@acme/orders',
    }
    const body = freezeBody(wish)
    t.strictSame(body.time, {
      days: ['fri', 'sat'],
      from: '18:00',
      to: '08:00',
      timeZone: 'Asia/Shanghai',
    })
    t.strictSame(freezeOptions(body), {
      from: '18:00',
      to: '08:00',
      days: 'fri,sat',
      'time-zone': 'Asia/Shanghai',
      plugin: '@acme/orders',
      reason: 'nobody is there',
    })
  },
)
