import t from 'tap'
import { RevisionCache } from '../../src/packages/revision-cache.ts'

t.test('the cache keeps what was used last within its bytes, at one revision', async (t) => {
  const cache = new RevisionCache<string>(10)
  cache.set('a', '1', 'a', 4)
  cache.set('b', '1', 'b', 4)
  t.equal(cache.get('a', '2'), undefined, 'another revision is not served')
  t.equal(cache.get('a', '1'), 'a')
  cache.set('c', '1', 'c', 4)
  t.equal(cache.get('b', '1'), undefined, 'the one unused longest went')
  t.equal(cache.get('a', '1'), 'a')
  cache.set('a', '2', 'a', 6)
  t.equal(cache.get('c', '1'), 'c', 'a new revision takes the place of the old')
  cache.set('d', '1', 'd', 11)
  t.equal(cache.get('d', '1'), undefined, 'what is larger than the cache is not kept')
  t.equal(cache.get('a', '2'), 'a')
})
