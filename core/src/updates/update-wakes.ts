/** What an audit entry says that a change is of. */
interface Told {
  readonly action: string
  readonly subject: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** `subject`: the plugin, or a version of it, that the entry is about. `detail`: the one it names there. */
type Whose = 'subject' | 'detail' | 'all'

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
  // Its terms are accepted by it, and others may require it.
  'plugin.installed': 'all',
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

/** @returns the plugins that are looked at anew after these changes; `all`: every one. Pure. */
export function wokenBy(changes: readonly Told[]): readonly string[] | 'all' {
  const woken = new Set<string>()
  for (const change of changes) {
    const whose = Object.hasOwn(wakes, change.action) ? wakes[change.action] : undefined
    if (whose === 'all') return 'all'
    if (whose === 'subject') woken.add(packageOf(change.subject))
    // A rollout of a document is none of a plugin's version, and looking costs little.
    const named = whose === 'detail' ? change.detail?.['plugin'] : undefined
    if (typeof named === 'string') woken.add(named)
  }
  return [...woken]
}

/** Of `@acme/orders@1.2.0` and of `@acme/orders`. */
function packageOf(subject: string): string {
  const at = subject.lastIndexOf('@')
  return at > 0 ? subject.slice(0, at) : subject
}
