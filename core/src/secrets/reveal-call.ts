import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { coreErrors } from '../errors.ts'
import { requireTrusted } from '../trusted/require-trusted.ts'
import type { SecretName } from './secret-store.ts'

/** Its answer is a secret: no recording keeps it. */
export const REVEAL = 'secrets.reveal'

interface Request {
  readonly name: string
}

/**
 * `ctx.secrets.reveal`: a secret itself, for a trusted process that needs it where the host sends nothing. Every other
 * plugin has placeholders, which it can lose without harm.
 */
export function revealCall(
  secretOf: (secret: SecretName) => Promise<string | undefined>,
): HostCall {
  return {
    capability: 'secret:use',
    covers: ({ parameters }, { name }: Request) =>
      parameters.name === name && parameters.reveal === true,
    schema: {
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: { name: { type: 'string', pattern: '^[a-z][a-z0-9_-]*$', maxLength: 60 } },
    },
    // It changes nothing, but what was told cannot be taken back.
    hasEffect: () => true,
    // One for each mail, of a channel that many plugins of a tenant send through.
    budget: { ratePerS: 5, burst: 100 },
    facet: ({ name }: Request) => `reveal ${name}`,
    audit: ({ scope, request: { name } }: GrantedCall<Request>) => {
      // Here, so that nothing is told, and nothing noted as told, to a guest of the sandbox.
      requireTrusted(scope.version, REVEAL)
      return { subject: `secret ${name}`, detail: {} }
    },
    run: async ({ scope: { tenant, version }, request: { name } }: GrantedCall<Request>) => {
      const { plugin } = version
      const value = await secretOf({ tenant, plugin, name })
      if (value !== undefined) return value
      throw coreErrors.create('SECRET_NOT_SET', { tenant, plugin, secret: name })
    },
  }
}
