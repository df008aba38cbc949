import type { Grant } from './call-rule.ts'
import { matchesOrigin, parseOriginPattern } from './origin-pattern.ts'

interface SecretParameters {
  readonly name: string
  readonly origins?: readonly string[]
}

/**
 * The grant by which a secret may be sent to a place that a grant of `http:fetch` covers.
 * @returns undefined where there is none
 */
export function secretGrant(grants: readonly Grant[], name: string, url: URL): Grant | undefined {
  return grants.find(({ capability, parameters }) => {
    if (capability !== 'secret:use') return false
    const granted = parameters as unknown as SecretParameters
    return granted.name === name && (granted.origins?.some(covers(url)) ?? true)
  })
}

function covers(url: URL): (origin: string) => boolean {
  return (origin) => {
    const pattern = parseOriginPattern(origin)
    return pattern !== undefined && matchesOrigin(pattern, url)
  }
}
