import type { Context } from '@signalbox/sdk'
import type { Day } from '../calendar/civil-day.ts'
import { dayOfMs, instantText } from '../calendar/instant.ts'
import { offsetOf, type PlanningConfig } from '../demand/settings.ts'

export interface Now {
  readonly ms: number
  readonly instant: string
  /** By the tenant's clocks. */
  readonly today: Day
}

export function nowOf(ctx: Pick<Context, 'now' | 'config'>): Now {
  const ms = ctx.now()
  return {
    ms,
    instant: instantText(ms),
    today: dayOfMs(ms, offsetOf(ctx.config as PlanningConfig)),
  }
}

/** What the host is given as the user behind a change. */
export function actorOf({ principal }: Pick<Context, 'principal'>): string {
  return `${principal.kind}:${principal.id}`
}
