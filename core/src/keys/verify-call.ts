import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { idSchema } from '../gateway/http-schemas.ts'
import type { Grant } from '../rollout/routing/snapshot.ts'
import { base64Schema, cmsProperties } from './cms/cms-request.ts'
import { verifiedUsages } from './key-algorithms.ts'
import type { KeyVerifier, VerifyRequest } from './key-verifier.ts'
import { MAX_PAYLOAD_LENGTH, webhookIdPattern } from './webhook/standard-webhook.ts'

/** A signature of RSA has a kilobyte at most. */
const MAX_SIGNATURE_BYTES = 1024
const MAX_TOKEN_LENGTH = 8192

const pem = { type: 'string', minLength: 1, maxLength: 16_384 } as const

const branch = (usage: string, properties: object, required: readonly string[]) => ({
  type: 'object',
  required: ['usage', ...required],
  additionalProperties: false,
  properties: { usage: { const: usage }, key: idSchema, certificate: pem, ...properties },
})

const schema = {
  type: 'object',
  required: ['usage'],
  properties: { usage: { enum: verifiedUsages } },
  oneOf: [
    // Signed attributes name a certificate: a bare public key says nothing of whose they are.
    branch('cms', { ...cmsProperties, signature: base64Schema(MAX_SIGNATURE_BYTES) }, [
      'signedAttributes',
      'documentSha256',
      'digestAlgorithm',
      'signature',
    ]),
    branch(
      'jwt',
      {
        publicKey: pem,
        token: { type: 'string', minLength: 1, maxLength: MAX_TOKEN_LENGTH },
        audience: { type: 'string', minLength: 1, maxLength: 255 },
        issuer: { type: 'string', minLength: 1, maxLength: 255 },
      },
      ['token'],
    ),
    branch(
      'webhook',
      {
        publicKey: pem,
        id: { type: 'string', pattern: webhookIdPattern },
        timestamp: { type: 'integer', minimum: 0, maximum: 99_999_999_999 },
        payload: { type: 'string', maxLength: MAX_PAYLOAD_LENGTH },
        signatures: { type: 'string', minLength: 1, maxLength: 2048 },
        toleranceS: { type: 'integer', minimum: 1, maximum: 3600 },
      },
      ['id', 'timestamp', 'payload', 'signatures'],
    ),
  ],
}

/** `ctx.keys.verify`: says yes or no; it changes nothing, so it is not audited. */
export function verifyCall(verifier: Pick<KeyVerifier, 'verify'>): HostCall {
  return {
    capability: 'keys:verify',
    covers: ({ parameters }: Grant, { usage }: VerifyRequest) =>
      parameters.usage === undefined || parameters.usage === usage,
    schema,
    hasEffect: () => false,
    // A check by SM2 takes the host's own thread some milliseconds.
    budget: { ratePerS: 50, burst: 200 },
    facet: ({ usage }: VerifyRequest) => usage,
    run: async ({ scope, request }: GrantedCall<VerifyRequest>) =>
      verifier.verify({ plugin: scope.version.plugin, tenant: scope.tenant }, request),
  }
}
