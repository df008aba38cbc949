interface VersionRule {
  /** It stands in packuments, in the list of what a host may look at, and its tarball is given to everyone. */
  readonly isVisible: boolean
  /** A range, a tag or a fresh install may choose it; of what is visible, all but what was yanked. */
  readonly isChosen: boolean
  readonly moves: Readonly<Partial<Record<VersionCommand, VersionState>>>
}

/**
 * The life of a version in the marketplace. Its bytes stay and its number stays taken in every state. Checks run
 * before anything is stored, so no version rests in `validating`; `quarantined` is one that a check found later.
 * What was blocked by mistake comes back as yanked: who ran it runs it again, and nobody else is given it before
 * somebody says so once more.
 */
export const versionStates = {
  staged: {
    isVisible: false,
    isChosen: false,
    moves: { approve: 'published', reject: 'rejected' },
  },
  validating: { isVisible: false, isChosen: false, moves: {} },
  quarantined: {
    isVisible: false,
    isChosen: false,
    moves: { approve: 'published', reject: 'rejected', block: 'blocked' },
  },
  // Only where its publisher has appealed: the same bytes are looked at once more.
  rejected: { isVisible: false, isChosen: false, moves: { reopen: 'staged' } },
  published: { isVisible: true, isChosen: true, moves: { yank: 'yanked', block: 'blocked' } },
  deprecated: { isVisible: true, isChosen: true, moves: { yank: 'yanked', block: 'blocked' } },
  yanked: { isVisible: true, isChosen: false, moves: { unyank: 'published', block: 'blocked' } },
  // By its publisher, soon after it was published.
  unpublished: { isVisible: false, isChosen: false, moves: {} },
  blocked: { isVisible: false, isChosen: false, moves: { unblock: 'yanked' } },
} as const satisfies Readonly<Record<string, VersionRule>>

export type VersionState =
  | 'staged'
  | 'validating'
  | 'quarantined'
  | 'rejected'
  | 'published'
  | 'deprecated'
  | 'yanked'
  | 'unpublished'
  | 'blocked'

export type VersionCommand =
  | 'approve'
  | 'reject'
  | 'reopen'
  | 'yank'
  | 'unyank'
  | 'block'
  | 'unblock'

const states = Object.keys(versionStates) as VersionState[]

/** For `where state in …`: what readers are shown. */
export const visibleStates: readonly VersionState[] = states.filter(
  (state) => versionStates[state].isVisible,
)

/** For `where state in …`: what may be installed anew. */
export const chosenStates: readonly VersionState[] = states.filter(
  (state) => versionStates[state].isChosen,
)

/** For `where state not in …`: nobody let the version through so far, so the registry has no word for it. */
export const undecidedStates: readonly VersionState[] = [
  'staged',
  'validating',
  'quarantined',
  'rejected',
]

/**
 * @param isDeprecated its publisher advises against it: what is shown again says so again
 * @returns the next state, or undefined where the command is refused
 */
export function nextVersionState(
  state: VersionState,
  command: VersionCommand,
  isDeprecated = false,
): VersionState | undefined {
  const { moves }: VersionRule = versionStates[state]
  const next = moves[command]
  return next === 'published' && isDeprecated ? 'deprecated' : next
}
