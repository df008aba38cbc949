import type { Sealed, Sealer } from '../sealing/sealer.ts'
import type { EndpointSecrets } from './endpoint-store.ts'
import { secretText } from './standard-webhook.ts'

/** As Standard Webhooks asks for: 24 to 64 bytes. */
const SECRET_BYTES = 32

/** What is the operator's own is sealed by a key of the host's own, as what is a tenant's by one of the tenant's. */
const ownerOf = (tenant: string | null) => tenant ?? ''

/** @param draw random bytes. @returns the secret as its receiver takes it, shown once, and sealed */
export async function drawnSecret(
  sealer: Pick<Sealer, 'seal'>,
  { id, tenant }: { readonly id: string; readonly tenant: string | null },
  draw: (bytes: number) => Buffer,
): Promise<{ readonly text: string; readonly sealed: Sealed }> {
  const key = draw(SECRET_BYTES)
  const sealed = await sealer.seal(ownerOf(tenant), key, boundTo(id))
  return { text: secretText(key), sealed }
}

/** The newest first. */
export async function secretsInForce(
  sealer: Pick<Sealer, 'open'>,
  {
    endpoint,
    tenant,
    secrets: { current, previous },
  }: {
    readonly endpoint: string
    readonly tenant: string | null
    readonly secrets: EndpointSecrets
  },
  now: number,
): Promise<readonly Buffer[]> {
  const isOverlapping = previous !== null && previous.until.getTime() > now
  const inForce = isOverlapping ? [current, previous] : [current]
  return Promise.all(
    inForce.map((sealed) => sealer.open(ownerOf(tenant), sealed, boundTo(endpoint))),
  )
}

function boundTo(endpoint: string): readonly string[] {
  return ['webhook out', endpoint]
}
