/** What an audit entry says that a change is of. */
interface Told {
  readonly action: string
  readonly subject: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/**
 * `subject`: the plugin, or a version of it, that the entry is about. `detail`: the one it names there. `requiring`:
 * those that require the one that the entry is about.
 */
type Whose = 'subject' | 'detail' | 'requiring' | 'all'

/** After these another version may be the one to roll out, so that nobody waits for the next look of the clock. */
const wakes: Readonly<Record<string, Whose>> = {
  'package.published': 'subject',
  'package.mirrored': 'subject',
  'package.deprecated': 'subject',
  'package.unyanked': 'subject',
  'package.unblocked': 'subject',
  'dist-tag.set': 'subject',
  // How old a release has to be.
  'review-policy.changed': 'all',
  'grant.given': 'subject',
  'grant.revoked': 'subject',
  'grant.narrowed': 'subject',
  // Who has to consent.
  'binding.changed': 'subject',
  // Its terms are accepted by it. Not those of all: updates of many that are due together would look at each many times.
  'plugin.installed': 'subject',
  // What others may require is there.
  'plugin.warm': 'requiring',
  'plugin.removed': 'all',
  // Whatever ends with another rollout of the plugin free to begin.
  'rollout.abort': 'detail',
  'rollout.rollback': 'detail',
  'rollout.supersede': 'detail',
  'rollout.promote': 'detail',
  'freeze.changed': 'all',
  'freeze.removed': 'all',
  'lockdown.ended': 'all',
}

/** Which plugins are looked at anew. */
export interface Woken {
  /** `all`: every one. */
  readonly plugins: readonly string[] | 'all'
  /** And those that require one of these. */
  readonly required: readonly string[]
}

/** @returns whom these changes wake. Pure. */
export function wokenBy(changes: readonly Told[]): Woken {
  const woken = new Set<string>()
  const required = new Set<string>()
  for (const change of changes) {
    const whose = Object.hasOwn(wakes, change.action) ? wakes[change.action] : undefined
    if (whose === 'all') return { plugins: 'all', required: [] }
    if (whose === 'subject') woken.add(packageOf(change.subject))
    if (whose === 'requiring') required.add(packageOf(change.subject))
    // A rollout of a document is none of a plugin's version, and looking costs little.
    const named = whose === 'detail' ? change.detail?.['plugin'] : undefined
    if (typeof named === 'string') woken.add(named)
  }
  return { plugins: [...woken], required: [...required] }
}

/** Of `@acme/orders@1.2.0` and of `@acme/orders`. */
function packageOf(subject: string): string {
  const at = subject.lastIndexOf('@')
  return at > 0 ? subject.slice(0, at) : subject
}
