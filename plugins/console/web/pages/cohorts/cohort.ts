/** What `GET /v1/cohorts` lists: who tries new versions first. */
export interface Cohort {
  readonly name: string
  readonly members: readonly string[]
  readonly updatedAt: string
}

export const COHORTS_PATH = '/v1/cohorts'

export function cohortPath(name: string): string {
  return `${COHORTS_PATH}/${encodeURIComponent(name)}`
}

export const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/

/** The host's own bounds. */
const MOST_MEMBERS = 1000
const MEMBER =
  /^(tenant:[a-z0-9][a-z0-9-]{0,62}|(app|subject|unit|entity):[a-z0-9][a-z0-9-]{0,62}\/\P{Cc}{1,200})$/u

/** Members as a person writes them, one a line; each once. Pure. */
export function membersOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim())
  return [...new Set(lines.filter((line) => line !== ''))]
}

/** What of them the host would not take; undefined: it takes all. Pure. */
export function memberFault(
  members: readonly string[],
):
  | { readonly kind: 'many'; readonly most: number }
  | { readonly kind: 'odd'; readonly member: string }
  | undefined {
  if (members.length > MOST_MEMBERS) return { kind: 'many', most: MOST_MEMBERS }
  const member = members.find((one) => !MEMBER.test(one))
  return member === undefined ? undefined : { kind: 'odd', member }
}
