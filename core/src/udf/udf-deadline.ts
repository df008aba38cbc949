import { sandboxErrors } from '@signalbox/sandbox'
import type { ProvidedUdf } from './udf-target.ts'

/** What a caller waits for at most. The start of a lane and the load of a bundle count, too. */
export interface UdfDeadline {
  readonly begunAt: number
  readonly limitMs: number
}

/**
 * What is left for the next step, ms. Pure.
 * @param rows of the batch; 0 where none is at work yet
 * @throws SBX_BATCH_DEADLINE where nothing is: in the words of whoever waits, who allowed more than the last moment of it
 */
export function timeLeft(
  { begunAt, limitMs }: UdfDeadline,
  now: number,
  { version: { plugin, version }, udf }: Pick<ProvidedUdf, 'version' | 'udf'>,
  rows: number,
): number {
  const reached = Math.round(now - begunAt)
  if (reached < limitMs) return limitMs - reached
  const told = { plugin, version, udf, done: 0, rows, reached, limit: limitMs }
  throw sandboxErrors.create('BATCH_DEADLINE', told)
}
