import { type Context, definePlugin, type PluginEvent } from '@signalbox/sdk'

interface Counted {
  readonly bin: string
  readonly pieces: number
}

/**
 * An event comes at least once, and after a failure again: the statement may run any number of times. An older count
 * that comes late changes nothing.
 */
export async function onCounted(
  event: PluginEvent<Counted>,
  ctx: Pick<Context, 'db' | 'log' | 'tenant'>,
) {
  const { bin, pieces } = event.data
  await ctx.db.query(
    `insert into counts (tenant, bin, pieces, counted_at) values ($1, $2, $3, $4)
     on conflict (tenant, bin) do update
       set pieces = excluded.pieces, counted_at = excluded.counted_at
       where counts.counted_at <= excluded.counted_at`,
    [ctx.tenant, bin, pieces, event.time],
  )
  ctx.log.info('counted', { bin, pieces })
}

export async function newest({ bin }: { readonly bin: string }, ctx: Pick<Context, 'db'>) {
  const { rows } = await ctx.db.query<{ pieces: string }>(
    'select pieces from counts where bin = $1',
    [bin],
  )
  const [found] = rows
  // PostgreSQL's bigint comes as text, so that no digit is lost.
  return { bin, pieces: found === undefined ? null : Number(found.pieces) }
}

export default definePlugin({
  services: { '__NAME__.counts': { newest } },
  on: { '__NAME__.counted': onCounted },
})
