import t from 'tap'
import { readByGeneration } from '../../src/listing/open-running.ts'

t.test(
  'however many pages are asked for, what is installed is read once a generation',
  async (t) => {
    let [reads, generation] = [0, 1]
    const routing = {
      now: () => 0,
      get snapshot() {
        return { generation }
      },
    }
    const installed = readByGeneration(routing, async () => {
      reads++
      if (reads === 2) throw new Error('away')
      return [{ plugin: `@a/${reads}`, versions: [], stable: null }]
    })
    await Promise.all(Array.from({ length: 100 }, installed))
    t.equal(reads, 1)
    generation = 2
    await t.rejects(installed(), { message: 'away' })
    t.match(await installed(), [{ plugin: '@a/3' }], 'what failed is tried again')
    t.match(await installed(), [{ plugin: '@a/3' }])
  },
)
