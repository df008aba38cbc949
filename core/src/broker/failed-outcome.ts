import type { GuestOutcome } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'

type FailedOutcome = Extract<GuestOutcome, { readonly kind: 'failed' }>

/**
 * Who is to blame, as a rollout sees it. The sandbox blames the host where a bundle is not at hand, which an outage
 * may be. One that is no longer stored, or not as it was, is gone for good: such a version answers nothing, and were
 * it nobody's fault, it would go through all its steps on calls that stable answered for it.
 */
export function blameOf({
  error,
  blame,
}: Pick<FailedOutcome, 'error' | 'blame'>): FailedOutcome['blame'] {
  const { code, cause } = error
  const isLost =
    code === 'SBX_LOAD_FAILED' &&
    cause instanceof CodedError &&
    cause.code === 'CORE_CONTENT_CORRUPT'
  return isLost ? 'plugin' : blame
}
