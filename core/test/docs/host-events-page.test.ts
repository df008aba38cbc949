import { readFile } from 'node:fs/promises'
import t from 'tap'
import { hostEventsPage } from '../../scripts/host-events-page.ts'

t.test('the page of the host’s events is what the host tells', async (t) => {
  const page = new URL('../../docs/host-events.md', import.meta.url)
  t.equal(hostEventsPage(), await readFile(page, 'utf8'))
})
