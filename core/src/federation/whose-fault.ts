import { isCodedError } from '@signalbox/sdk/errors'
import { wordPaths } from '@signalbox/sdk/trust/word-paths'

/**
 * `version`: of it alone, which rests. `marketplace`: of what it says of one package, and the others are asked for. `all`:
 * it would be the same for each that comes after it. `own`: an outage of this host, which says nothing of a marketplace.
 */
type WhoseFault = 'version' | 'marketplace' | 'all' | 'own'

const ofAll: readonly string[] = [
  'CORE_MARKETPLACE_UNREACHABLE',
  'CORE_MARKETPLACE_KEY_CHANGED',
  'CORE_MARKETPLACE_STATE',
]

/**
 * Whose fault it is that a version of a package could not be taken, or what is said of it not be heard. Pure.
 * @param name of the package
 */
export function whoseFault(error: unknown, name: string): WhoseFault {
  if (!isCodedError(error)) return 'own'
  const { code, status, parameters } = error
  if (ofAll.includes(code)) return 'all'
  if (code === 'CORE_MARKETPLACE_ANSWER_REFUSED') {
    // What is left is a release or a tarball.
    const isOfPackage = [name, wordPaths.index(name)].some((what) => what === parameters['what'])
    return isOfPackage ? 'marketplace' : 'version'
  }
  if (code.startsWith('CORE_MARKETPLACE_') || code === 'CORE_PACKAGE_INDEX_REFUSED') {
    return 'marketplace'
  }
  return status < 500 ? 'version' : 'own'
}

/** Whether it says nothing of a marketplace: an outage of this host. Pure. */
export function isOwnFault(error: unknown): boolean {
  return whoseFault(error, '') === 'own'
}
