import { readFile } from 'node:fs/promises'
import t from 'tap'
import { rolloutStatesPage } from '../../scripts/rollout-states-page.ts'

t.test('core/docs/rollout-states.md is the table; npm run generate mends it', async (t) => {
  const page = await readFile(new URL('../../docs/rollout-states.md', import.meta.url), 'utf8')
  t.equal(rolloutStatesPage(), page)
})
