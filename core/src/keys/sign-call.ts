import { composePartsSchema } from '@signalbox/sdk/host-calls/compose-rules'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { idSchema } from '../gateway/http-schemas.ts'
import type { Grant } from '../rollout/routing/snapshot.ts'
import { cmsProperties } from './cms/cms-request.ts'
import { keyUsages } from './key-algorithms.ts'
import {
  type KeySigner,
  neededUsage,
  type PreparedSignature,
  type SignRequest,
} from './key-signer.ts'
import { certificateProperties, oneTimeKeySchema } from './one-time/certificate-request.ts'
import { MAX_PAYLOAD_LENGTH, webhookIdPattern } from './webhook/standard-webhook.ts'

interface SignGrant {
  readonly usage: string
  readonly key?: string
}

const branch = (usage: string, properties: object, required: readonly string[]) => ({
  type: 'object',
  required: ['key', 'usage', ...required],
  additionalProperties: false,
  properties: { key: idSchema, usage: { const: usage }, ...properties },
})

const schema = {
  type: 'object',
  required: ['usage'],
  properties: { usage: { enum: keyUsages } },
  oneOf: [
    branch(
      'cms',
      { ...cmsProperties, oneTimeKey: oneTimeKeySchema, documentParts: composePartsSchema },
      ['signedAttributes', 'documentSha256', 'digestAlgorithm'],
    ),
    branch('certificate', certificateProperties, ['subject']),
    branch(
      'jwt',
      {
        claims: { type: 'object', maxProperties: 64 },
        expiresInS: { type: 'integer', minimum: 1, maximum: 31_536_000 },
      },
      ['claims'],
    ),
    branch(
      'webhook',
      {
        id: { type: 'string', pattern: webhookIdPattern },
        payload: { type: 'string', maxLength: MAX_PAYLOAD_LENGTH },
      },
      ['id', 'payload'],
    ),
  ],
}

/** `ctx.keys.sign`: never of a digest, always of something the host has read or built itself. */
export function signCall(signer: Pick<KeySigner, 'prepare'>): HostCall {
  const prepared = new WeakMap<object, PreparedSignature>()
  return {
    capability: 'keys:sign',
    covers: (grant: Grant, request: SignRequest) => {
      const { key } = request
      const granted = grant.parameters as unknown as SignGrant
      return (
        granted.usage === neededUsage(request) && (granted.key === undefined || granted.key === key)
      )
    },
    schema,
    hasEffect: () => true,
    // A batch of contracts at once, then more than people can look at.
    budget: { ratePerS: 20, burst: 100 },
    facet: ({ usage, key }: SignRequest) => `${usage} ${key}`,
    // The document is a file of the plugin, which the host reads for it.
    leansOn: ({ request: { usage }, grants }: GrantedCall<SignRequest>) =>
      usage === 'cms' ? grants.filter(({ capability }) => capability === 'blob:own') : [],
    audit: async (call: GrantedCall<SignRequest>) => {
      const { version, tenant } = call.scope
      const asker = { plugin: version.plugin, tenant, signal: call.signal }
      const signature = await signer.prepare(asker, call.request)
      prepared.set(call, signature)
      return signature.note
    },
    run: async (call: GrantedCall<SignRequest>) => {
      call.signal.throwIfAborted()
      const signature = prepared.get(call)
      if (signature === undefined) throw new Error('nothing is signed that was not audited')
      return signature.sign()
    },
  }
}
