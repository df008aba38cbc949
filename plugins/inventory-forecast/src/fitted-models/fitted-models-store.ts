import type { Context } from '@signalbox/sdk'
import type { EtsModel } from '../ets/ets-model.ts'
import { fromStored, toStored } from './stored-model.ts'

type Port = Pick<Context, 'db' | 'log'>

/** Models kept for a tenant: a row is under 1 KiB (0.3 for quarters), so a full table stays near a tenth of the quota asked for. */
const MOST_MODELS = 2000
/** Keys are hexadecimal and even: one insert in sixteen sweeps, so a table holds a few more than the most. */
const SWEEPS_ON = '0'

/**
 * The model of this key, if one is kept. The table only saves work: without the grant, or while the database is
 * away, there is nothing to find, and the caller fits anew.
 */
export async function readModel(
  { db, log }: Port,
  key: string,
  frequency: number,
): Promise<EtsModel | undefined> {
  return optional(log, 'read', async () => {
    const { rows } = await db.query<{ model: string }>(
      'select model from fitted_models where fit_key = $1',
      [key],
    )
    const text = rows[0]?.model
    return text === undefined ? undefined : fromStored(text, frequency)
  })
}

/** Keeps a model for later calls; of two calls that fitted the same series at once, the first one's stays. */
export async function keepModel({ db, log }: Port, key: string, model: EtsModel): Promise<void> {
  await optional(log, 'kept', async () => {
    await db.query(
      'insert into fitted_models (fit_key, model) values ($1, $2) on conflict do nothing',
      [key, toStored(model)],
    )
    if (!key.startsWith(SWEEPS_ON)) return
    await db.query(
      'delete from fitted_models where fit_key in (select fit_key from fitted_models order by fitted_at desc, fit_key offset $1)',
      [MOST_MODELS],
    )
  })
}

async function optional<T>(
  log: Port['log'],
  done: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code ?? 'unknown'
    // A tenant that granted no tables chose so: nothing to tell anybody at every call.
    if (code === 'CORE_GRANT_MISSING') log.debug(`Fitted model not ${done}`, { code })
    else log.warn(`Fitted model not ${done}; the forecast is unaffected`, { code })
    return undefined
  }
}
