import type { Context, PluginEvent } from '@signalbox/sdk'
import type { ServicePort } from './nonconformities/change-nonconformity.ts'
import { checkEffectiveness } from './nonconformities/on-quality-events.ts'
import { type InspectionDecided, scoreDecision } from './suppliers/on-inspection-decided.ts'
import type { ScorePort } from './suppliers/supplier-service.ts'

type DecidedPort = ServicePort & ScorePort & Pick<Context, 'hash'>

/** What a decision changes elsewhere in this plugin, in this order: what is shown to work is shown by decisions that are kept. */
export async function onInspectionDecided(
  event: PluginEvent<InspectionDecided>,
  ctx: DecidedPort,
): Promise<void> {
  await scoreDecision(event, ctx)
  await checkEffectiveness(event.data, ctx)
}
