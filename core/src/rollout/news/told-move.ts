import type { Localized } from '@signalbox/sdk/errors'
import type { MoveData, RolloutNote } from '../rollout-outbox.ts'
import { rolloutCommands } from '../rollout-states.ts'

const PREFIX = 'signalbox.rollout.'

/** The moves that tenants are told of: every command, and nothing that is only planned. */
export const moveTypes: readonly string[] = rolloutCommands.map((command) => PREFIX + command)

/** A move, as a tenant is told of it. No list, no evidence and nobody of another tenant is in it. */
interface ToldMove {
  readonly rollout: string
  readonly kind: string
  readonly plugin: string
  /** Of a document; null: the plugin itself. */
  readonly document: string | null
  readonly from: string
  readonly to: string
  readonly command: string
  readonly state: { readonly before: string; readonly after: string }
  readonly step: number
  readonly weightBp: number
  readonly reason: Localized
  /** `judge`, `operator`, `admin`, `plugin`: of the tenant's own the whole name, as in its audit. */
  readonly by: string
  readonly generation: number
}

/** @returns what the tenant may know of the move. Pure. */
export function toldMove({ type, subject, data }: RolloutNote, tenant: string): ToldMove {
  const move = data as unknown as MoveData
  const { plugin, from, to, state, step, weightBp, generation } = move
  const command = type.slice(PREFIX.length)
  return {
    rollout: subject,
    kind: move.kind ?? 'plugin',
    plugin,
    document: move.document ?? null,
    from,
    to,
    command,
    state,
    step,
    weightBp,
    reason: reasonFor(command, move, tenant),
    by: whoFor(move, tenant),
    generation,
  }
}

/**
 * A step that waits for a tenant's word is left, or paused, with a sentence that names that tenant, or in the words
 * of its admin. What the operator writes reaches every tenant as it is: it is written for all of them.
 */
function reasonFor(
  command: string,
  { asked, actor, reasons }: MoveData,
  tenant: string,
): Localized {
  const mayName = command === 'advance' || command === 'pause' || command === 'approve'
  if (!mayName || actor === 'operator' || asked === null || asked === tenant) return reasons
  return command === 'pause' ? noWord : word
}

const word: Localized = {
  en: 'what this step of the plan waited for was given',
  'zh-CN': '计划中该步骤所等待的许可已给出',
}
const noWord: Localized = {
  en: 'what this step of the plan waits for was not given in time',
  'zh-CN': '计划中该步骤所等待的许可未在限定时间内给出',
}

function whoFor({ actor, tenant: owner }: MoveData, tenant: string): string {
  const isOwn = actor.startsWith(`admin:${tenant}/`) || owner === tenant
  return isOwn ? actor : (actor.split(':', 1)[0] as string)
}
