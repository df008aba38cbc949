import { readFile } from 'node:fs/promises'
import t from 'tap'
import { subscriptionStatesPage } from '../../scripts/subscription-states-page.ts'

t.test('core/docs/subscription-states.md is the tables; npm run generate mends it', async (t) => {
  const page = new URL('../../docs/subscription-states.md', import.meta.url)
  t.equal(subscriptionStatesPage(), await readFile(page, 'utf8'))
})
