import type { Certificate } from '../certificates/certificate.ts'
import type { Purpose } from '../certificates/purposes.ts'
import { readSignedData } from '../cms/signed-data.ts'
import { verifySigner } from '../cms/verify-signer.ts'
import type { PlanContainer } from '../signing/signing-plan.ts'
import { readTimestampToken, type TimestampToken } from '../timestamps/timestamp-token.ts'
import { verifyTimestamp } from '../timestamps/verify-timestamp.ts'
import { cannotProve } from './proof-faults.ts'

/** A container as it was read out of the file. */
export interface ReadContainer extends PlanContainer {
  /** DER, and zeros after it. */
  readonly bytes: Uint8Array
}

/** A chain that has to be proven to have been good at an instant. */
export interface PathQuestion {
  /** Of the signature or time stamp that it belongs to. */
  readonly vriKey: string
  readonly certificate: Certificate
  /** Certificates that stand beside it. */
  readonly beside: readonly Certificate[]
  /** Milliseconds since the epoch: until then a time stamp shows it to have been there. */
  readonly at: number
  readonly purpose: Extract<Purpose, 'signing' | 'timestamping'>
}

/**
 * What has to be proven of the signatures and time stamps of a file, so that they hold when nobody can be asked any more: the chain of each
 * signer at the first instant that is proven, and the chain of each authority at the time that it told (ETSI EN 319 142-1 §5.4, §6.3;
 * EN 319 102-1 §5.6). Those that have proofs already are left out.
 * @throws Refusal SIGNATURE_UNTIMED, TIMESTAMP_BROKEN
 */
export function pathQuestions(
  containers: readonly ReadContainer[],
  proven: ReadonlySet<string>,
): readonly PathQuestion[] {
  const questions: PathQuestion[] = []
  let later = Number.POSITIVE_INFINITY
  for (const container of containers.toReversed()) {
    if (container.kind === 'timestamp') {
      const token = readTimestampToken(container.bytes)
      later = Math.min(later, token.info.time)
      if (!proven.has(container.vriKey)) questions.push(authorityOf(container, token))
    } else if (!proven.has(container.vriKey)) questions.push(...signatureOf(container, later))
  }
  return questions.toReversed()
}

function authorityOf({ vriKey, field }: PlanContainer, token: TimestampToken): PathQuestion {
  const { signedData, info } = token
  const [signer] = signedData.signers
  const certificate =
    signer === undefined ? undefined : verifySigner(signedData, signer).certificate
  if (certificate === undefined) throw broken(field, 'its signer’s certificate is missing')
  const beside = signedData.certificates
  return { vriKey, certificate, beside, at: info.time, purpose: 'timestamping' }
}

function signatureOf(container: ReadContainer, later: number): readonly PathQuestion[] {
  const { bytes, vriKey, field } = container
  const data = readSignedData(bytes)
  const [signer] = data.signers
  const verdict = signer === undefined ? undefined : verifySigner(data, signer)
  if (signer === undefined || verdict?.certificate === undefined) {
    throw cannotProve('SIGNATURE_BROKEN', `Signature ${field} names no signer.`)
  }
  const stamps = verdict.timestamps.map((der) => stampOver(signer.signature, der, container))
  const at = Math.min(later, ...stamps.map(({ at: time }) => time))
  if (at === Number.POSITIVE_INFINITY) {
    throw cannotProve('SIGNATURE_UNTIMED', `No time stamp is over signature ${field}.`)
  }
  const own: PathQuestion = {
    ...{ vriKey, certificate: verdict.certificate, beside: data.certificates, at },
    purpose: 'signing',
  }
  return [own, ...stamps]
}

/** A token that is over something else proves no time. */
function stampOver(signature: Uint8Array, der: Uint8Array, { vriKey, field }: PlanContainer) {
  const token = readTimestampToken(der)
  const { faults } = verifyTimestamp(token, {
    ...{ covered: { bytes: signature }, intermediates: [], anchors: [], now: token.info.time },
  })
  const fault = faults.find((one) => one !== 'untrusted')
  if (fault !== undefined) throw broken(field, fault)
  return authorityOf({ vriKey, field } as PlanContainer, token)
}

function broken(field: string, why: string) {
  return cannotProve('TIMESTAMP_BROKEN', `A time stamp of ${field} is not sound: ${why}.`)
}
