import t from 'tap'
import { agoText, bytesText, dayText, instantText, zoneText } from '../../web/parts/formats.ts'

const en = { language: 'en', timeZone: 'Asia/Shanghai' }
const zh = { language: 'zh-CN', timeZone: 'Asia/Shanghai' }

t.test('an instant is written in the language and zone of the viewer', async (t) => {
  t.match(instantText('2026-01-31T16:30:00Z', en), /Feb 1, 2026/)
  t.match(instantText('2026-01-31T16:30:00Z', zh), /2026年2月1日/)
})

t.test(
  'which clocks an instant is written by can be told, with how far they are from UTC then',
  async (t) => {
    t.equal(zoneText('2026-01-31T16:30:00Z', en), 'Asia/Shanghai (GMT+08:00)')
    const berlin = { language: 'en', timeZone: 'Europe/Berlin' }
    t.equal(zoneText('2026-01-31T16:30:00Z', berlin), 'Europe/Berlin (GMT+01:00)')
    t.equal(zoneText('2026-07-31T16:30:00Z', berlin), 'Europe/Berlin (GMT+02:00)')
  },
)

t.test('what is no instant is shown as it came', async (t) => {
  t.equal(instantText('soon', en), 'soon')
  t.equal(zoneText('soon', en), 'Asia/Shanghai')
})

t.test('a day is the same everywhere', async (t) => {
  t.match(dayText('2026-01-31', { language: 'en', timeZone: 'America/Los_Angeles' }), /Jan 31/)
})

t.test('how long ago is said in the largest unit that fits', async (t) => {
  const now = Date.parse('2026-01-02T00:00:00Z')
  t.equal(agoText('2026-01-01T00:00:00Z', now, en), 'yesterday')
  t.equal(agoText('2026-01-02T00:00:05Z', now, en), 'in 5 seconds')
  t.equal(agoText('2026-01-01T21:00:00Z', now, zh), '3小时前')
})

t.test('bytes are written in a unit that a person reads', async (t) => {
  t.equal(bytesText(0, en), '0 byte')
  t.equal(bytesText(1_500_000, en), '1.5 MB')
})
