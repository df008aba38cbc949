import type { Context } from '@signalbox/sdk'
import { codeOf } from '../errors/host-errors.ts'
import type { Block } from '../facts/fact-types.ts'

/** What a look at a block's owner said: he answers, he does not answer in time, he is not there, or nobody may ask him. */
export type Look = 'answered' | 'failed' | 'absent' | 'not-granted'

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

/** Nobody waits longer for a look; what the page shows is the projection's in any case. */
const DEADLINE_MS = 250
/** A page that is looked at by many asks once. */
const KEPT_MS = 5000
const MOST_KEPT = 2000

const kept = new Map<string, { readonly at: number; readonly look: Look }>()

/** Asks the owners of the blocks beside each other; a look never fails the answer, and is kept for some seconds. */
export async function lookAtOwners(
  ctx: Context,
  orderId: string,
  blocks: readonly Block[],
): Promise<ReadonlyMap<Block, Look>> {
  const looks = await Promise.all(
    blocks.map(async (block) => [block, await lookAt(ctx, orderId, block)] as const),
  )
  return new Map(looks)
}

async function lookAt(ctx: Context, orderId: string, block: Block): Promise<Look> {
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
  const look = await ask(ctx, question, orderId)
  if (kept.size >= MOST_KEPT) kept.clear()
  kept.set(look === 'answered' ? own : general, { at: now, look })
  return look
}

async function ask(ctx: Context, question: Question, orderId: string): Promise<Look> {
  const { service, operation, input } = question
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Look>((resolve) => {
    timer = setTimeout(() => resolve('failed'), DEADLINE_MS)
  })
  const answer = ctx.services.call(service, operation, input(orderId)).then(
    (): Look => 'answered',
    (error: unknown) => lookOfError(codeOf(error)),
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The host's words for an owner that is not there for this tenant. */
const absent: ReadonlySet<string> = new Set([
  ...['CORE_SERVICE_MISSING', 'CORE_OPERATION_MISSING', 'CORE_PLUGIN_NOT_ENABLED'],
  ...['CORE_VERSION_NOT_READY', 'CORE_VERSION_BLOCKED'],
])

/** A refusal of the owner's own (he knows no such order) is an answer; what the host or a fault says is not. */
function lookOfError(code: string | undefined): Look {
  if (code === 'CORE_GRANT_MISSING') return 'not-granted'
  if (code !== undefined && absent.has(code)) return 'absent'
  return code === undefined || /^(CORE|SBX|MKT|SDK)_/.test(code) ? 'failed' : 'answered'
}
