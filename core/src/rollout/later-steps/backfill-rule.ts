import type { Localized } from '@signalbox/sdk/errors'
import type { ContractFacts } from './contract-rule.ts'

/**
 * A backfill changes rows that older versions read, and nothing takes that back: until a version's migration was
 * rehearsed, or an admin let it through, it stays away from them. A start asks for that, so whatever shares calls has it.
 * @param knowing versions that know the step
 * @returns why it may not run now, in words; undefined: it may. Pure.
 */
export function backfillWaits(
  { stable, sharing }: Pick<ContractFacts, 'stable' | 'sharing'>,
  knowing: ReadonlySet<string>,
): Localized | undefined {
  const isStarted = sharing.some(({ version }) => version !== null && knowing.has(version))
  if (isStarted || knowing.has(stable)) return undefined
  return {
    en: 'no version that knows the step is stable, or is being rolled out',
    'zh-CN': '包含该步骤的版本既非稳定版本，也未在灰度发布中',
  }
}
