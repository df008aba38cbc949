import type { InputFault } from '@signalbox/sdk/errors'
import type { Manifest } from '@signalbox/sdk/manifest'
import { type Step, shadowOf } from '../plan/steps.ts'
import type { Sharing } from '../routing/pick-version.ts'

/**
 * A trusted version is given the host's resources themselves: what it does with them is no host call that could be
 * refused, and its process has no lane apart. So it is run for nobody whose answer is thrown away.
 */
function isComparable({ runtime }: Pick<Manifest, 'runtime'>): boolean {
  return runtime.tier !== 'trusted'
}

export function mayBeCompared({ versions }: Pick<Sharing, 'versions'>): boolean {
  return isComparable(versions.stable.manifest) && isComparable(versions.canary.manifest)
}

/** Of a plan between two versions: such a step would wait for ever. */
export function comparisonFaults(
  steps: readonly Step[],
  versions: readonly {
    readonly plugin: string
    readonly version: string
    readonly manifest: Manifest
  }[],
): readonly InputFault[] {
  return steps.flatMap((step, index) => {
    if (shadowOf(step) === undefined) return []
    const trusted = versions.find(({ manifest }) => !isComparable(manifest))
    if (trusted === undefined) return []
    const detail = `cannot be: ${trusted.plugin}@${trusted.version} is trusted, so its effects could not be held back`
    return [{ pointer: `/steps/${index}/shadow`, detail }]
  })
}
