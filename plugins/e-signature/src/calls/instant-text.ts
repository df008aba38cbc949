import type { Context } from '@signalbox/sdk'

/** An instant, however it is written, as all answers write it. */
export function instantText(instant: string): string {
  return new Date(instant).toISOString()
}

/** Now, as all answers write it. */
export function nowText({ now }: Pick<Context, 'now'>): string {
  return new Date(now()).toISOString()
}
