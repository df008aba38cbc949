import t from 'tap'
import { searchSecrets } from './search-secrets.ts'

t.test('no secret is anywhere but with whom it was given to', async (t) => {
  const { secrets, searches } = await searchSecrets(t)
  t.ok(secrets.length >= 48, `${secrets.length} secrets`)
  for (const { place, leaks, hasMarker, bytes, skipped } of searches) {
    if (skipped !== undefined) {
      t.comment(`${place} not searched: ${skipped}`)
      continue
    }
    t.strictSame(leaks, [], `${place}, ${Math.ceil(bytes / 1024)} KiB`)
    t.ok(hasMarker, `${place}: what is no secret is found there`)
  }
})
