import type { Grant } from './call-rule.ts'
import { parseTarget } from './fetch-grant.ts'

interface Sourced {
  readonly origins?: readonly string[]
  readonly originsFrom?: string
}

/**
 * Grants of `http:fetch` with the origins that the tenant's settings name, as of this call: who changes a setting has
 * the right to consent, too. A setting that is absent, no text or no address names none.
 * @param configJson asked for only where a grant reads it
 */
export function settledGrants(
  grants: readonly Grant[],
  configJson: () => string,
): readonly Grant[] {
  if (!grants.some(({ parameters }) => parameters.originsFrom !== undefined)) return grants
  const config: unknown = JSON.parse(configJson())
  return grants.map((grant) => settled(grant, config))
}

function settled(grant: Grant, config: unknown): Grant {
  const { origins = [], originsFrom } = grant.parameters as Sourced
  if (originsFrom === undefined || grant.capability !== 'http:fetch') return grant
  const origin = originOf(valueAt(config, originsFrom))
  if (origin === undefined) return grant
  return { ...grant, parameters: { ...grant.parameters, origins: [...origins, origin] } }
}

/** An address is one machine's: a `*` in it would be read as all names below. */
function originOf(value: unknown): string | undefined {
  const url = typeof value === 'string' ? parseTarget(value) : undefined
  return url === undefined || url.hostname.includes('*') ? undefined : url.origin
}

/** @param pointer of plain names only, as the manifest's schema has it: nothing to unescape */
function valueAt(config: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, name) => {
      const isHolder = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
      return isHolder ? Reflect.get(value, name) : undefined
    }, config)
}
