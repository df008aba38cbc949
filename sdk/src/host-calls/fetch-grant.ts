import type { Grant } from './call-rule.ts'
import { hasUser, isPlainHost, matchesOrigin, parseOriginPattern } from './origin-pattern.ts'
import { isWithinPrefix } from './path-prefix.ts'

/** Of an answer, where the manifest names no other. */
const DEFAULT_MAX_KB = 1024

/** What the host looks at, whatever the server may take. */
const MAX_URL_LENGTH = 8192

/** The parameters of `http:fetch`, as a manifest writes them. */
interface FetchParameters {
  readonly origins?: readonly string[]
  readonly originsFrom?: string
  readonly methods?: readonly string[]
  readonly pathPrefix?: string
  readonly maxKb?: number
}

/** What of a request a grant does not cover, in the order it is looked at. */
export interface Misfit {
  readonly part: (typeof parts)[number]
  readonly value: string
}

const parts = ['url', 'origin', 'method', 'path'] as const

/**
 * The address of a request or a redirection, parsed as browsers do (https://url.spec.whatwg.org).
 * @returns undefined for what is asked of nobody: no http, a user in it, a host with an empty label
 */
export function parseTarget(text: string, base?: URL): URL | undefined {
  if (text.length > MAX_URL_LENGTH || !URL.canParse(text, base?.href)) return undefined
  const url = new URL(text, base)
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:'
  if (!isHttp || hasUser(url) || !isPlainHost(url)) return undefined
  url.hash = ''
  return url
}

/** @returns undefined where the grant covers the request */
export function misfitOf(grant: Grant, method: string, url: URL): Misfit | undefined {
  const {
    origins = [],
    methods = ['GET'],
    pathPrefix,
  } = grant.parameters as unknown as FetchParameters
  const isGranted = origins.some((text) => {
    const pattern = parseOriginPattern(text)
    return pattern !== undefined && matchesOrigin(pattern, url)
  })
  if (!isGranted) return { part: 'origin', value: url.origin }
  if (!methods.includes(method)) return { part: 'method', value: method }
  if (pathPrefix !== undefined && !isWithinPrefix(url.pathname, pathPrefix)) {
    return { part: 'path', value: url.pathname }
  }
  return undefined
}

/** Of several grants, what is missing in the one that comes nearest: that is what its author has to mend. */
export function nearestMisfit(grants: readonly Grant[], method: string, text: string): Misfit {
  const url = parseTarget(text)
  const worst: Misfit = { part: 'url', value: text }
  if (url === undefined) return worst
  return grants.reduce((nearest, grant) => {
    const misfit = misfitOf(grant, method, url) ?? nearest
    return parts.indexOf(misfit.part) > parts.indexOf(nearest.part) ? misfit : nearest
  }, worst)
}

/** The largest answer that the grant allows, in bytes. */
export function maxAnswerBytes({ parameters }: Grant): number {
  return ((parameters as unknown as FetchParameters).maxKb ?? DEFAULT_MAX_KB) * 1024
}
