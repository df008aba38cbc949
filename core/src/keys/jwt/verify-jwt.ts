import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { rulesOf } from '../key-algorithms.ts'
import { type Verdict, type VerifyingKey, validBy } from '../verifying-key.ts'
import { kidOf } from './jwt-content.ts'

export interface JwtVerifyRequest {
  readonly token: string
  readonly audience?: string
  readonly issuer?: string
}

/** How far the clocks of who made the token and of the host may be apart, in seconds. */
const CLOCK_TOLERANCE_S = 60

/**
 * A token by a key whose algorithm says what its `alg` must be (RFC 8725 §3.1): what the token says of itself
 * is compared, never followed.
 */
export async function verifyJwt(
  request: JwtVerifyRequest,
  keys: readonly VerifyingKey[],
  now: number,
): Promise<Verdict> {
  const kid = kidIn(request.token)
  if (kid === undefined) return { valid: false, reason: 'malformed' }
  const [foreign] = keys
  const isForeign = foreign !== undefined && foreign.key === undefined
  const key = isForeign ? foreign : keys.find((one) => namedKid(one) === kid)
  if (key === undefined) return { valid: false, reason: 'signature' }
  return verifyBy(key, request, now)
}

async function verifyBy(
  key: VerifyingKey,
  { token, audience, issuer = key.issuer }: JwtVerifyRequest,
  now: number,
): Promise<Verdict> {
  const algorithms = acceptedAlgorithms(key)
  if (key.verifier instanceof Buffer || algorithms.length === 0) {
    return { valid: false, reason: 'signature' }
  }
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key.verifier, {
      algorithms,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
      ...(audience === undefined ? {} : { audience }),
      ...(issuer === undefined ? {} : { issuer }),
    })
    return { ...validBy(key, protectedHeader.alg), claims: payload }
  } catch (error) {
    return { valid: false, reason: reasonOf(error) }
  }
}

/** A key of the tenant has one; others may sign by RSA in two ways. */
function acceptedAlgorithms({ algorithm, key }: VerifyingKey): string[] {
  const { jwtAlgorithm, family } = rulesOf(algorithm)
  if (jwtAlgorithm === null) return []
  return key === undefined && family === 'rsa' ? [jwtAlgorithm, 'PS256'] : [jwtAlgorithm]
}

function namedKid({ key, version }: VerifyingKey): string | undefined {
  return key === undefined || version === undefined ? undefined : kidOf(key, version)
}

/** Empty where the token names none; undefined where it is no token. */
function kidIn(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid ?? ''
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): 'claims' | 'expired' | 'malformed' | 'signature' {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) return 'claims'
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed'
  if (error instanceof errors.JOSEError) return 'signature'
  throw error
}
