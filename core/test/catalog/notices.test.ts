import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { dueNotice, noticeDays, noticedAtSetting } from '../../src/catalog/notices.ts'

const DAY = 86_400_000
const END = 200 * DAY

t.test('a notice is due from its day on, and once', async (t) => {
  t.equal(dueNotice(END, null, END - 90 * DAY - 1), undefined)
  t.equal(dueNotice(END, null, END - 90 * DAY), 90)
  t.equal(dueNotice(END, 90, END - 46 * DAY), undefined)
  t.equal(dueNotice(END, 90, END - 45 * DAY), 45)
  t.equal(dueNotice(END, 7, END - 1), undefined)
  t.equal(dueNotice(END, 30, END), undefined, 'past the end none is')
})

t.test('of those that were missed only the nearest is given', async (t) => {
  t.equal(dueNotice(END, null, END - 20 * DAY), 30)
})

t.test('who sets an end ten days ahead is next told at seven', async (t) => {
  const noticed = noticedAtSetting(END, END - 10 * DAY)
  t.equal(noticed, 30)
  t.equal(dueNotice(END, noticed, END - 10 * DAY), undefined)
  t.equal(dueNotice(END, noticed, END - 7 * DAY), 7)
  t.equal(noticedAtSetting(null, 0), null)
})

t.test('however often one looks, each is given at most once, and they come in order', async () => {
  const looks = fc.array(fc.integer({ min: 0, max: 200 * 24 }), { maxLength: 100 })
  fc.assert(
    fc.property(looks, (hours) => {
      const given: number[] = []
      let noticed: number | null = null
      for (const hour of hours.sort((one, other) => one - other)) {
        const days: number | undefined = dueNotice(END, noticed, hour * 3_600_000)
        if (days === undefined) continue
        noticed = days
        given.push(days)
      }
      const inOrder = noticeDays.filter((days) => given.includes(days))
      return JSON.stringify(inOrder) === JSON.stringify(given)
    }),
  )
})
