import type { Context } from '@signalbox/sdk'

/** What checks of data ask of a host. */
export type DataChecksPort = Pick<
  Context,
  'db' | 'tenant' | 'now' | 'random' | 'hash' | 'jobs' | 'contributions' | 'log'
>
