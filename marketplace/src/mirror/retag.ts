import type { Knex } from 'knex'
import { deleteDistTag, listDistTags, setDistTag } from '../packages/dist-tag-store.ts'
import { listVersions } from '../packages/package-store.ts'
import { nextLatest } from '../packages/packument-change.ts'
import { followedTags } from './followed-moves.ts'
import { listToldTags } from './told-tag-store.ts'

/**
 * Puts the tags of a package where its marketplace says, as far as that is here.
 * @returns whether any leads elsewhere than before
 */
export async function retag(
  trx: Knex.Transaction,
  name: string,
  marketplace: string,
): Promise<boolean> {
  const before = await listDistTags(trx, name)
  const chosen = await listVersions(trx, name)
  const fallback = nextLatest(chosen) ?? before['latest']
  const after = followedTags(await listToldTags(trx, name, marketplace), chosen, fallback)
  for (const tag of Object.keys(before)) {
    if (!Object.hasOwn(after, tag)) await deleteDistTag(trx, { name, tag })
  }
  for (const [tag, version] of Object.entries(after)) await setDistTag(trx, { name, tag, version })
  const texts = [before, after].map((tags) => JSON.stringify(Object.entries(tags).sort()))
  return texts[0] !== texts[1]
}
