import { open, seal } from '../sealing/sealing.ts'
import type { DataKey } from '../sealing/tenant-keys.ts'
import type { SealedSecret, SecretName } from './secret-store.ts'

/** A value that opens as this version of this secret, by this key, and as nothing else. */
export function sealValue(
  secret: SecretName,
  version: number,
  { id, key }: DataKey,
  value: string,
): SealedSecret {
  const sealed = seal(key, Buffer.from(value), boundTo(secret, version, id))
  return { version, key: id, sealed }
}

export function openValue(
  secret: SecretName,
  { version, key: id, sealed }: SealedSecret,
  key: Buffer,
): string {
  return open(key, sealed, boundTo(secret, version, id)).toString()
}

function boundTo({ tenant, plugin, name }: SecretName, version: number, key: string): string[] {
  return [tenant, plugin, name, String(version), key]
}
