import type { Binding, InstalledPlugin } from '../plugins/plugin.ts'
import type { RolloutSummary, Step } from '../rollouts/rollout.ts'

/** What the demo publishes for a first rollout: GOOD works, BAD fails every third call, MENDED works again. */
export const PRACTICE = '@signalbox/practice'
export const GOOD = '1.0.0'
export const BAD = '1.1.0'
export const MENDED = '1.1.1'
export const SERVICE = 'practice.delivery'
export const OPERATION = 'promise'
export const INPUT = { ordered: '2026-11-25', days: 9 }
/** The app that calls it. */
export const APP = 'practice'

/**
 * A quarter of the calls: with those that the page makes, the judge knows enough within seconds. The hold is longer than anybody
 * looks, so that what is bad never goes on.
 */
export const STEPS: readonly Step[] = [
  { weightBp: 2500, hold: { durationMs: 600_000 } },
  { weightBp: 10_000, hold: {} },
]

export type PracticeStep = 'company' | 'install' | 'enable' | 'key' | 'calls' | 'canary' | 'verdict'

export interface PracticeSeen {
  readonly tenant: string | undefined
  readonly installed: InstalledPlugin | null
  readonly binding: Binding | undefined
  readonly key: string | undefined
  readonly hasCalled: boolean
  readonly rollout: Pick<RolloutSummary, 'state'> | undefined
}

export type StepState = 'done' | 'now' | 'later'

/** The first that is not done is to be done now. Pure. */
export function practiceSteps(
  seen: PracticeSeen,
): readonly { readonly step: PracticeStep; readonly state: StepState }[] {
  const isEnabled = seen.binding !== undefined && seen.binding !== 'disabled'
  // A rollout is the host's: it says of a company that has no part in it nothing.
  const isTried = seen.rollout !== undefined && isEnabled
  const done: Readonly<Record<PracticeStep, boolean>> = {
    company: seen.tenant !== undefined,
    install: seen.installed?.stableVersion != null,
    enable: isEnabled,
    // The key goes with the window, and is not needed any more.
    key: seen.key !== undefined || isTried,
    calls: seen.hasCalled || isTried,
    canary: isTried,
    verdict: isTried && seen.rollout?.state === 'aborted',
  }
  const steps = Object.keys(done) as PracticeStep[]
  const now = steps.find((step) => !done[step])
  return steps.map((step) => ({
    step,
    state: done[step] ? 'done' : step === now ? 'now' : 'later',
  }))
}
