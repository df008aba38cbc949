import t from 'tap'
import { isGone, isUnfinished, removalPath } from '../../../web/pages/removal/removal.ts'

t.test('a removal goes on until its data is kept or gone', async (t) => {
  for (const state of ['keeping', 'exporting', 'purging'] as const) t.ok(isUnfinished({ state }))
  for (const state of ['kept', 'purged'] as const) t.notOk(isUnfinished({ state }))
})

t.test('another wish is for data that is still there', async (t) => {
  for (const state of ['keeping', 'kept', 'exporting'] as const) t.notOk(isGone({ state }), state)
  for (const state of ['purging', 'purged'] as const) t.ok(isGone({ state }), state)
})

t.test('how far it is is asked for by a name in the path', async (t) => {
  t.equal(removalPath('@acme/orders'), '/v1/plugins/%40acme%2Forders/removal')
})
