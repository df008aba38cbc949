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

t.test('what a plugin calls alike comes behind, and is found by its other words', async (t) => {
  const theirs = { place: '/p/lots', label: 'Rollouts', by: '@acme/lots', words: ['Scrap'] }
  const found = (text: string) => commandsFor([theirs, ...all], text).map(({ by }) => by)
  t.same(found('rollouts'), [undefined, '@acme/lots'])
  t.same(found('scrap'), ['@acme/lots'])
})
