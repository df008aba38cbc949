import type { Manifest } from '../manifest/manifest.ts'
import type { CallRule } from './call-rule.ts'
import { hostRefusals } from './host-refusals.ts'

export interface ListPoint {
  readonly point: string
}

export interface CallContributor extends ListPoint {
  readonly plugin: string
  readonly handler: string
  readonly input: unknown
}

/** Both go to the guest as parts of a handler's place, so neither may hold what separates them. */
const point = { type: 'string', pattern: '^[a-z0-9][a-z0-9._/-]*$', maxLength: 120 } as const
const handler = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 60 } as const

/** `ctx.contributions(point)`: what the tenant's other plugins put into a point of this one. */
export const contributionsListRule = {
  capability: null,
  covers: () => true,
  schema: {
    type: 'object',
    required: ['point'],
    additionalProperties: false,
    properties: { point },
  },
  hasEffect: () => false,
  facet: ({ point: asked }: ListPoint) => asked,
} as const satisfies CallRule

/** `call` of what `ctx.contributions` lists. */
export const contributionsCallRule = {
  capability: null,
  covers: () => true,
  schema: {
    type: 'object',
    required: ['point', 'plugin', 'handler', 'input'],
    additionalProperties: false,
    properties: { point, plugin: { type: 'string', maxLength: 214 }, handler, input: {} },
  },
  // What a stranger's handler does is not known before it ran.
  hasEffect: () => true,
  facet: ({ point: asked }: ListPoint) => asked,
} as const satisfies CallRule

export function declaresPoint(
  { manifest }: { readonly manifest: Manifest },
  asked: string,
): boolean {
  return (manifest.provides?.extensionPoints ?? []).some(({ id }) => id === asked)
}

/** @throws CORE_POINT_NOT_OWN */
export function requireOwnPoint(
  owner: { readonly plugin: string; readonly version: string; readonly manifest: Manifest },
  asked: string,
): void {
  if (declaresPoint(owner, asked)) return
  const { plugin, version } = owner
  throw hostRefusals.create('POINT_NOT_OWN', { plugin, version, point: asked })
}

/** @throws CORE_CONTRIBUTION_MISSING */
export function requireContributor(
  found: readonly { readonly plugin: string }[],
  { plugin, point: asked }: CallContributor,
): void {
  if (found.some((one) => one.plugin === plugin)) return
  throw hostRefusals.create('CONTRIBUTION_MISSING', { plugin, point: asked })
}
