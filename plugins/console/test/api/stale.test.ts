import { QueryClient, QueryObserver } from '@tanstack/react-query'
import t, { type Test } from 'tap'
import { oldestStale } from '../../web/api/stale.ts'

/** Something that is shown, and answers as it is told to. */
function shown(t: Test, client: QueryClient, key: string) {
  const told = { isGood: true }
  const queryFn = async () => {
    if (told.isGood) return key
    throw new Error(`no ${key}`)
  }
  const observer = new QueryObserver(client, { queryKey: [key], queryFn, retry: false })
  t.teardown(observer.subscribe(() => undefined))
  return { told, look: () => observer.refetch() }
}

t.test(
  'what is shown stays when a later look fails, and is known to be old until one does not',
  async (t) => {
    const client = new QueryClient()
    t.teardown(() => client.clear())
    const plugin = shown(t, client, '/v1/plugins/one')
    await plugin.look()
    const stale = () => oldestStale(client.getQueryCache())
    t.equal(stale(), undefined)
    plugin.told.isGood = false
    await plugin.look()
    t.match(stale(), { data: '/v1/plugins/one', error: { message: 'no /v1/plugins/one' } })
    plugin.told.isGood = true
    await plugin.look()
    t.equal(stale(), undefined)
  },
)

t.test('what never came is told where it would stand, and a source by its block', async (t) => {
  const client = new QueryClient()
  t.teardown(() => client.clear())
  const never = shown(t, client, '/v1/plugins/two')
  never.told.isGood = false
  await never.look()
  const source = shown(t, client, 'service')
  await source.look()
  source.told.isGood = false
  await source.look()
  t.equal(oldestStale(client.getQueryCache()), undefined)
})
