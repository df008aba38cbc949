import t from 'tap'
import { commandsFor } from '../../web/app/commands.ts'

const all = ['Rollouts', 'New rollout', 'Plugins', 'Audit'].map((label) => ({
  place: label,
  label,
}))
const labels = (text: string) => commandsFor(all, text).map(({ label }) => label)

t.test('what begins with the letters comes before what holds them', async (t) => {
  t.same(labels('roll'), ['Rollouts', 'New rollout'])
})

t.test('letters in their order are enough', async (t) => {
  t.same(labels('plgn'), ['Plugins'])
  t.same(labels('zzz'), [])
})

t.test('nothing typed shows all', async (t) => {
  t.equal(labels(' ').length, 4)
})
