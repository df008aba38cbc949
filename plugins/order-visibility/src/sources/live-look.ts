import type { Context } from '@signalbox/sdk'
import { codeOf } from '../errors/host-errors.ts'
import type { Block } from '../facts/fact-types.ts'

/** What a look at a block's owner said: he answers, he does not answer in time, he is not there, or nobody asked him. */
export type Look = 'answered' | 'failed' | 'absent' | 'not-asked'

interface Question {
  readonly service: string
  readonly operation: string
  readonly input: (orderId: string) => unknown
}

/** Small reads: they tell that the owner is there and knows the order, and cost him little. */
const questions: Readonly<Partial<Record<Block, Question>>> = {
  contracts: {
    service: 'signature.envelopes',
    operation: 'envelope',
    input: (orderId) => ({ orderId }),
  },
  parcels: {
    service: 'logistics.shipments',
    operation: 'shipments',
    input: (order) => ({ order, limit: 1 }),
  },
  quality: {
    service: 'quality.inspection',
    operation: 'orderRisk',
    input: (orderId) => ({ orderId }),
  },
  cover: {
    service: 'inventory.planning',
    operation: 'stockoutRisk',
    input: () => ({ limit: 1 }),
  },
}

/** Nobody waits longer for all looks together; what the page shows is the projection's in any case. */
const DEADLINE_MS = 250
/** A page that is looked at by many asks once. */
const KEPT_MS = 5000
const MOST_KEPT = 2000

const kept = new Map<string, { readonly at: number; readonly look: Look }>()

/**
 * Asks the owners of the blocks one after the other, until time is up: on a host that has just started each has to be woken, and
 * four at once keep the very processor that this answer waits for. Whoever is not reached is asked for the next page. A look never
 * fails the answer, and is kept for some seconds.
 */
export async function lookAtOwners(
  ctx: Context,
  orderId: string,
  blocks: readonly Block[],
): Promise<ReadonlyMap<Block, Look>> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const time: Time = { isUp: false, up: Promise.resolve() }
  time.up = new Promise((resolve) => {
    timer = setTimeout(() => {
      time.isUp = true
      resolve()
    }, DEADLINE_MS)
  })
  const looks = new Map<Block, Look>()
  try {
    for (const block of blocks) looks.set(block, await lookAt(ctx, orderId, block, time))
  } finally {
    clearTimeout(timer)
  }
  return looks
}

interface Time {
  isUp: boolean
  up: Promise<void>
}

async function lookAt(ctx: Context, orderId: string, block: Block, time: Time): Promise<Look> {
  const question = questions[block]
  if (question === undefined) return 'answered'
  // An owner that does not answer is left alone for all orders; one that does is asked of each.
  const general = JSON.stringify([ctx.tenant, block])
  const own = JSON.stringify([ctx.tenant, block, orderId])
  const now = ctx.now()
  const known = [kept.get(general), kept.get(own)].find(
    (one) => one !== undefined && now - one.at < KEPT_MS && one.at <= now,
  )
  if (known !== undefined) return known.look
  if (time.isUp) return 'not-asked'
  const look = await Promise.race([ask(ctx, question, orderId), time.up.then((): Look => 'failed')])
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(look === 'answered' ? own : general, { at: now, look })
  return look
}

async function ask(ctx: Context, question: Question, orderId: string): Promise<Look> {
  const { service, operation, input } = question
  try {
    await ctx.services.call(service, operation, input(orderId))
    return 'answered'
  } catch (error) {
    return lookOfError(codeOf(error))
  }
}

/** The host's words for an owner that is not there for this tenant. */
const absent: ReadonlySet<string> = new Set([
  ...['CORE_SERVICE_MISSING', 'CORE_OPERATION_MISSING', 'CORE_PLUGIN_NOT_ENABLED'],
  ...['CORE_VERSION_NOT_READY', 'CORE_VERSION_BLOCKED'],
])

/** A refusal of the owner's own (he knows no such order) is an answer; what the host or a fault says is not. */
function lookOfError(code: string | undefined): Look {
  if (code === 'CORE_GRANT_MISSING') return 'not-asked'
  if (code !== undefined && absent.has(code)) return 'absent'
  return code === undefined || /^(CORE|SBX|MKT|SDK)_/.test(code) ? 'failed' : 'answered'
}
