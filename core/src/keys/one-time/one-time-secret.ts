import type { Knex } from 'knex'
import { coreErrors } from '../../errors.ts'
import type { Sealer } from '../../sealing/sealer.ts'
import { type OneTimeKey, type OneTimeKeyName, takeOneTimeKey } from './one-time-key-store.ts'

interface Ports {
  readonly knex: Knex
  readonly sealer: Sealer
  readonly now: () => number
}

/** In the row of another it does not open, nor in that of a key that stays. */
export function oneTimeBoundTo(id: string, spki: Buffer): readonly string[] {
  return ['one-time-key', id, spki.toString('base64')]
}

/** @returns CORE_KEY_ONE_TIME_MISSING */
export function oneTimeMissing({ id, tenant, plugin }: OneTimeKeyName): Error {
  return coreErrors.create('KEY_ONE_TIME_MISSING', { oneTimeKey: id, tenant, plugin })
}

/**
 * Takes the private half of a one-time key out for as long as the work takes, and wipes it: there is none afterwards.
 * @throws CORE_KEY_ONE_TIME_MISSING where somebody else took it, or it is over
 */
export async function withOneTimeSecret<Result>(
  { knex, sealer, now }: Ports,
  { id, tenant, plugin, key, spki }: OneTimeKey,
  work: (secret: Buffer) => Promise<Result>,
): Promise<Result> {
  const name = { id, tenant, plugin, key }
  const sealed = await takeOneTimeKey(knex, name, new Date(now()))
  if (sealed === undefined) throw oneTimeMissing(name)
  const secret = await sealer.open(tenant, sealed, oneTimeBoundTo(id, spki))
  try {
    return await work(secret)
  } finally {
    secret.fill(0)
  }
}
