import type { Knex } from 'knex'
import { createKnex } from '../src/storage/create-knex.ts'
import { type HostNodes, startNodes } from './host-nodes.ts'
import { noopPath, releaseNoops } from './noop-releases.ts'
import { quantile, round1 } from './quantile.ts'
import { answeredBy, SteadyLoad } from './steady-load.ts'

const CALLS_PER_S = 200
const SUBSCRIPTIONS = 10_000
const SERVICES = 1000
const version = '1.0.0'

/** Calls under a steady load, in rounds that alternate between a host of one subscription and one of ten thousand. */
export async function measureCrowd(rounds: number, seconds: number) {
  const fleet = await startNodes(1)
  const knex = createKnex(fleet.databaseUrl, { pool: 2 })
  try {
    const key = await releaseNoops(fleet, [version])
    const alone: number[][] = []
    const crowded: number[][] = []
    let failed = 0
    const measured = async () => {
      const { times, failures } = await steady(fleet, key, seconds)
      failed += failures
      return times
    }
    await steady(fleet, key, 3)
    for (let round = 0; round < rounds; round++) {
      alone.push(await measured())
      await addCrowd(knex)
      await told(fleet, round)
      crowded.push(await measured())
      await removeCrowd(knex)
      await told(fleet, round)
      process.stderr.write(`crowd ${round + 1} of ${rounds}\n`)
    }
    const p99s = (of: readonly number[][]) => of.map((times) => round1(quantile(times, 0.99)))
    const ratio = quantile(crowded.flat(), 0.99) / quantile(alone.flat(), 0.99)
    return {
      p99_ratio_10000_subscriptions: Math.round(100 * ratio) / 100,
      p50_ratio_10000_subscriptions:
        Math.round((100 * quantile(crowded.flat(), 0.5)) / quantile(alone.flat(), 0.5)) / 100,
      p99_ms_alone: p99s(alone),
      p99_ms_10000_subscriptions: p99s(crowded),
      crowd_failed_calls: failed,
    }
  } finally {
    await knex.destroy()
    await fleet.stop()
  }
}

async function steady({ nodes }: HostNodes, key: string, seconds: number) {
  const urls = nodes.map(({ url }) => `${url}${noopPath}`)
  const load = new SteadyLoad({ urls, key, body: '{"text":"x"}', callsPerS: CALLS_PER_S })
  await answeredBy(load, [version], performance.now())
  const from = performance.now()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  await load.stop()
  const calls = load.calls.filter(({ sentAt }) => sentAt >= from)
  const failures = calls.filter(({ status }) => status !== 200).length
  return { times: calls.map(({ tookMs }) => tookMs), failures }
}

/** As the tables would hold them; by requests they would take minutes to make. */
async function addCrowd(knex: Knex): Promise<void> {
  await knex.transaction(async (trx) => {
    const bindings = [SERVICES]
    await trx.raw(
      `insert into services (id, major) select 'crowd.s' || n, 1 from generate_series(1, ?) n`,
      bindings,
    )
    await trx.raw(
      `insert into plans (service, major, name, rate_per_s, burst)
         select 'crowd.s' || n, 1, 'standard', 100, 100 from generate_series(1, ?) n`,
      bindings,
    )
    await trx.raw(
      `insert into plan_versions (service, major, plan, version, rate_per_s, burst)
         select 'crowd.s' || n, 1, 'standard', 1, 100, 100 from generate_series(1, ?) n
         on conflict do nothing`,
      bindings,
    )
    await trx.raw(
      `insert into apps (tenant, id, name) select 'bench', 'crowd' || n, 'Crowd'
         from generate_series(1, ?) n`,
      [SUBSCRIPTIONS / 10],
    )
    await trx.raw(
      `insert into subscriptions (id, tenant, app, service, major, plan, state)
         select 'crowd' || n, 'bench', 'crowd' || (1 + n % ?), 'crowd.s' || (1 + n / 10 % ?), 1,
                'standard', 'active' from generate_series(1, ?) n`,
      [SUBSCRIPTIONS / 10, SERVICES, SUBSCRIPTIONS],
    )
    await trx.raw(
      `insert into credentials (id, subscription, hash)
         select 'crowd' || n, 'crowd' || n, sha256(convert_to(n::text, 'UTF8'))
         from generate_series(1, ?) n`,
      [SUBSCRIPTIONS],
    )
  })
}

async function removeCrowd(knex: Knex): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx('credentials').where('id', 'like', 'crowd%').delete()
    await trx('subscriptions').where('id', 'like', 'crowd%').delete()
    await trx('apps').where('id', 'like', 'crowd%').delete()
    for (const table of ['plan_versions', 'plans']) {
      await trx(table).where('service', 'like', 'crowd.%').delete()
    }
    await trx('services').where('id', 'like', 'crowd.%').delete()
  })
}

/** A change that is routed by: what the tables hold is read with it. */
async function told({ nodes }: HostNodes, round: number): Promise<void> {
  const [node] = nodes
  const plan = { ratePerS: 1_000_000, burst: 999_000 + round }
  const path = '/v1/catalog/services/bench.noop/versions/1/plans/bench'
  await node?.client.request('PUT', path, plan)
  await new Promise((resolve) => setTimeout(resolve, 2000))
}
