import { readFile } from 'node:fs/promises'
import t from 'tap'
import { clientRuntime } from '../../scripts/client-runtime.ts'

t.test(
  'a client that is downloaded holds the one of the SDK; npm run generate mends it',
  async (t) => {
    const kept = new URL('../../src/catalog/documents/client-runtime.txt', import.meta.url)
    const text = await clientRuntime()
    t.equal(await readFile(kept, 'utf8'), text)
    t.notMatch(text, /^(import|export \{|export type \{)/m, 'without imports')
  },
)
