import type { Knex } from 'knex'
import {
  emptySnapshot,
  type Snapshot,
  type Subscription,
} from '../../src/rollout/routing/snapshot.ts'
import { type CountedBeside, UsageRecorder } from '../../src/usage/usage-recorder.ts'

export const subscription = (id: string, more: Partial<Subscription> = {}): Subscription => ({
  id,
  tenant: 'acme',
  app: 'web',
  service: 'orders.status',
  major: 1,
  plan: 'standard',
  limit: { ratePerS: 10, burst: 10 },
  scopes: null,
  state: 'active',
  ...more,
})

export function snapshotOf(...subscriptions: readonly Subscription[]): Snapshot {
  return {
    ...emptySnapshot,
    providers: new Map([['orders.status@1', '@acme/orders']]),
    subscriptions: new Map(subscriptions.map((one) => [one.id, one])),
  }
}

export interface NodeWish {
  readonly snapshot: Snapshot
  readonly beside?: CountedBeside
  readonly folder?: string
  readonly now?: () => number
}

const nothing: CountedBeside = { isEmpty: true, take: () => async () => undefined }

export function usageNode(
  knex: Knex,
  { snapshot, folder = 'f1', now = Date.now, beside = nothing }: NodeWish,
) {
  const log = { warn: () => undefined }
  const monotonic = () => performance.now()
  const ports = { knex, snapshot: () => snapshot, folder, now, monotonic, beside, log }
  return UsageRecorder.open(ports)
}

/** Fails some of its transactions, before they begin or after they were committed. */
export function flakyKnex(knex: Knex, fate: () => 'well' | 'before' | 'after'): Knex {
  return new Proxy(knex, {
    get: (target, key, receiver) => {
      if (key !== 'transaction') return Reflect.get(target, key, receiver)
      return async (...words: Parameters<Knex['transaction']>) => {
        const now = fate()
        if (now === 'before') throw new Error('away')
        const result = await target.transaction(...words)
        if (now === 'after') throw new Error('the connection was lost before the answer')
        return result
      }
    },
  })
}
