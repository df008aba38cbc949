import type { GuestEntry } from './guest-call.ts'

/** Where handlers stand that no data service names. */
const tables = { event: 'on', job: 'jobs', webhook: 'webhooks' } as const

/**
 * A handler's name as it goes to the guest: `service\0operation`, `\0table\0name`, or nothing for the self-test.
 * The hot one is the shortest.
 */
export function entryText(entry: GuestEntry): string {
  if (entry.kind === 'service') return `${entry.service}\0${entry.operation}`
  return entry.kind === 'self-test' ? '' : `\0${tables[entry.kind]}\0${entry.name}`
}

/** The same for people. */
export function entryName(entry: GuestEntry): string {
  if (entry.kind === 'service') return `${entry.service}/${entry.operation}`
  return entry.kind === 'self-test' ? 'selfTest' : `${tables[entry.kind]}["${entry.name}"]`
}
