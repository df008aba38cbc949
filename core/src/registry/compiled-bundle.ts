import { createHmac, timingSafeEqual } from 'node:crypto'

/** Which code of which bundle: its SHA-256 in hex, and who compiled it (compilerTag of the sandbox, hex too). */
export interface CompiledName {
  readonly bundleSha256: string
  readonly compiler: string
}

/**
 * Vouches for compiled code. V8 takes any bytes that have the right head and the right length of source, and
 * runs or dies of whatever they hold: only what this host made itself may reach a lane, and only for its bundle.
 */
export function macOf(key: Uint8Array, { bundleSha256, compiler }: CompiledName, code: Uint8Array) {
  return createHmac('sha256', key).update(`${bundleSha256} ${compiler}\n`).update(code).digest()
}

export function isGenuine(
  key: Uint8Array,
  name: CompiledName,
  code: Uint8Array,
  mac: Uint8Array,
): boolean {
  const expected = macOf(key, name, code)
  return mac.length === expected.length && timingSafeEqual(mac, expected)
}
