import type { Tone } from '../../parts/status-tag.tsx'
import type { AskedCapability } from './plugin.ts'

export interface HookAddress {
  readonly path: string
  readonly createdBy: string
  readonly createdAt: string
}

/** One path of a plugin at which others may send, and whether there is an address for it. */
export interface HookRow {
  readonly path: string
  readonly signature: string | undefined
  readonly isGranted: boolean
  readonly address: HookAddress | undefined
}

/** Paths that the plugin asks for, and those of which an address is left, in their order. Pure. */
export function hookRows(
  capabilities: readonly Pick<AskedCapability, 'name' | 'parameters' | 'granted'>[],
  addresses: readonly HookAddress[],
): readonly HookRow[] {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const asked = capabilities
    .filter(({ name }) => name === 'http:receive')
    .map(({ parameters, granted }) => ({
      path: text(parameters['path']) ?? '',
      signature: text(parameters['signature']),
      isGranted: granted,
    }))
  const left = addresses
    .filter(({ path }) => !asked.some((one) => one.path === path))
    .map(({ path }) => ({ path, signature: undefined, isGranted: false }))
  return [...asked, ...left]
    .map((one) => ({ ...one, address: addresses.find(({ path }) => path === one.path) }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
}

export interface HookDelivery {
  readonly id: string
  readonly state: 'waiting' | 'delivered' | 'dead'
  readonly attempts: number
  readonly lastCode: string | null
  readonly bytes: number
  readonly receivedAt: string
  readonly nextAt: string | null
}

export const HOOK_TONES = {
  waiting: 'warning',
  delivered: 'good',
  dead: 'bad',
} as const satisfies Record<HookDelivery['state'], Tone>
