import type { GuestEntry } from './guest-call.ts'

/** Where handlers stand that no data service names. */
const tables = { event: 'on', job: 'jobs', webhook: 'webhooks' } as const

/**
 * A handler's place as it goes to the guest, part by part: `service\0operation`, `\0on\0type`, or nothing for the
 * self-test. The hot one is the shortest.
 */
export function entryText(entry: GuestEntry): string {
  if (entry.kind === 'service') return `${entry.service}\0${entry.operation}`
  if (entry.kind === 'self-test') return ''
  if (entry.kind === 'contribution') return `\0contributions\0${entry.point}\0${entry.name}`
  return `\0${tables[entry.kind]}\0${entry.name}`
}

/** The same for people. */
export function entryName(entry: GuestEntry): string {
  if (entry.kind === 'service') return `${entry.service}/${entry.operation}`
  if (entry.kind === 'self-test') return 'selfTest'
  if (entry.kind === 'contribution') return `contributions["${entry.point}"]["${entry.name}"]`
  return `${tables[entry.kind]}["${entry.name}"]`
}
