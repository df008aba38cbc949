/** A user as it is kept who did something. */
export interface Person {
  readonly id: string
  /** Absent: of the tenant whose things are shown. */
  readonly tenant?: string
}

const PERSON = /^(?:(?:user|service):)?(?:([a-z0-9][a-z0-9-]{0,62})\/)?(usr_[0-9a-f]{16})$/

/** Whom a text means, and nobody else: `usr_…` as people have it, `user:usr_…` as plugins, `user:acme/usr_…` as the audit. Pure. */
export function personIn(text: string): Person | undefined {
  const [, tenant, id] = PERSON.exec(text) ?? []
  if (id === undefined) return undefined
  return tenant === undefined ? { id } : { id, tenant }
}
