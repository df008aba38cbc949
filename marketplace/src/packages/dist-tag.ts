import semver from 'semver'
import { marketplaceErrors } from '../errors.ts'

/** Tags that one package may have: more than any release scheme uses, few enough for every packument. */
export const MAX_DIST_TAGS = 100

const MAX_TAG_LENGTH = 100

/**
 * `npm install pkg@word` first reads the word as a semver range, so a tag that is one could never be reached. One that
 * every JavaScript object has is there for clients before anybody has set it.
 * @throws `MKT_DIST_TAG_INVALID`
 */
export function parseDistTag(given: string): string {
  const usable =
    given.length > 0 &&
    given.length <= MAX_TAG_LENGTH &&
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(given) &&
    semver.validRange(given) === null &&
    !(given in {})
  if (!usable) throw marketplaceErrors.create('DIST_TAG_INVALID', { tag: given.slice(0, 80) })
  return given
}
