import t from 'tap'
import {
  filterOf,
  followCommand,
  gapReason,
  isLong,
  kindOf,
} from '../../../web/pages/plugins/logs.ts'

const of = { tenant: 'acme', name: '@acme/orders' }

t.test('the command that follows says what the page is held to', async (t) => {
  const all = filterOf({ level: undefined, version: undefined, q: undefined })
  t.equal(followCommand(of, all), 'npx signalbox plugin logs @acme/orders --tenant acme --follow')
  const some = filterOf({ level: 'warn', version: '1.2.0', q: "it's; rm -rf" })
  t.equal(
    followCommand(of, some),
    `npx signalbox plugin logs @acme/orders@1.2.0 --tenant acme --level warn --search 'it'\\''s; rm -rf' --follow`,
  )
})

t.test('a level that the address made up is none', async (t) => {
  t.equal(filterOf({ level: '__proto__', version: '1.0.0', q: 'x' }).level, undefined)
})

t.test('what a host of another version says is shown as it came', async (t) => {
  t.equal(gapReason({ message: 'too-many' }), 'too-many')
  t.equal(gapReason({ message: 'for another reason' }), undefined)
  t.equal(kindOf({ kind: 'job' }), 'job')
  t.equal(kindOf({ kind: 'constructor' }), undefined)
  t.equal(kindOf({ kind: null }), undefined)
})

t.test('what a row may cut off is shown as a whole below it', async (t) => {
  t.notOk(isLong('booked\n\tat the gate'))
  t.ok(isLong('x'.repeat(200)))
  t.ok(isLong('a\nb\nc\nd'))
})
