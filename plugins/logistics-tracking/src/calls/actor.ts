import type { Context } from '@signalbox/sdk'

/** Who acted, as it is kept with what was done: `user:mei`, `app:scanner`. */
export function actorOf({ principal: { kind, id } }: Pick<Context, 'principal'>): string {
  return `${kind}:${id}`
}
