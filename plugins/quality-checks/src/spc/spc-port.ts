import type { Context } from '@signalbox/sdk'

/** What the charts need of a call. */
export type SpcPort = Pick<Context, 'db' | 'now' | 'principal' | 'tenant'>
