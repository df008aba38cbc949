import { isCodedError } from '@signalbox/sdk/errors'
import { fieldsOf } from '@signalbox/sdk/trust/json-fields'
import { type BundledKey, bundleLimits, isBundledKey } from '@signalbox/sdk/trust/offline-bundle'
import type { RegistrySignature } from '@signalbox/sdk/trust/registry-signature'
import { MAX_ENVELOPE_BYTES } from '@signalbox/sdk/trust/statement'
import { wordPaths } from '@signalbox/sdk/trust/word-paths'
import type { HostFetch } from '../broker/http/host-fetch.ts'
import { coreErrors } from '../errors.ts'

/** Where a marketplace is asked. */
export interface Upstream {
  readonly name: string
  /** Of its registry, without a slash at the end. */
  readonly url: string
  readonly token: string | undefined
}

/** What the registry says of one version. */
export interface UpstreamRelease {
  readonly signature: RegistrySignature
  readonly release: string
  readonly provenance: string | null
}

/** The package cap of marketplaces, and a byte to see that it is passed. */
const MAX_TARBALL_BYTES = 20 * 1024 * 1024 + 1
/** Some KB each; a release carries a Sigstore bundle of at most 512 KiB. */
const MAX_WORD_BYTES = 2 * 1024 * 1024
/** Of a word: a person waits for it. */
const WORD_MS = 10_000
/** 20 MiB over a line of 3 Mbit/s. */
const TARBALL_MS = 60_000
const MAX_REDIRECTIONS = 3

/**
 * Asks another marketplace. Addresses are made here and never taken from an answer; each answer has a deadline for the
 * whole of it and a size. Nothing of what comes is believed yet.
 */
export class UpstreamClient {
  readonly #fetch: HostFetch

  constructor(fetch: HostFetch) {
    this.#fetch = fetch
  }

  /** @throws CORE_MARKETPLACE_UNREACHABLE, CORE_MARKETPLACE_ANSWER_REFUSED, as all of these */
  async keys(of: Upstream): Promise<readonly BundledKey[]> {
    const { keys } = fieldsOf(await this.#json(of, wordPaths.keys))
    if (!Array.isArray(keys) || keys.length > bundleLimits.keys || !keys.every(isBundledKey)) {
      throw answerRefused(of, 'keys', 'shape')
    }
    return keys
  }

  advisories(of: Upstream): Promise<string> {
    return this.#text(of, wordPaths.advisories, MAX_ENVELOPE_BYTES)
  }

  index(of: Upstream, name: string): Promise<string> {
    return this.#text(of, wordPaths.index(name), MAX_ENVELOPE_BYTES)
  }

  async release(of: Upstream, name: string, version: string): Promise<UpstreamRelease> {
    const answer = await this.#json(of, wordPaths.release(name, version))
    const { signature, release, provenance } = fieldsOf(answer)
    const { keyid, sig } = fieldsOf(signature)
    const isWhole = [keyid, sig, release].every((text) => typeof text === 'string')
    if (!isWhole || (provenance !== null && typeof provenance !== 'string')) {
      throw answerRefused(of, 'release', 'shape')
    }
    return {
      signature: { keyid: keyid as string, sig: sig as string },
      release: release as string,
      provenance,
    }
  }

  async tarball(of: Upstream, name: string, version: string): Promise<Buffer> {
    const base = name.slice(name.indexOf('/') + 1)
    const path = `/${name}/-/${encodeURIComponent(`${base}-${version}.tgz`)}`
    return this.#bytes(of, path, { maxBytes: MAX_TARBALL_BYTES, timeoutMs: TARBALL_MS })
  }

  async #json(of: Upstream, path: string): Promise<unknown> {
    try {
      return JSON.parse(await this.#text(of, path, MAX_WORD_BYTES))
    } catch (error) {
      if (isCodedError(error)) throw error
      throw answerRefused(of, path, 'json')
    }
  }

  async #text(of: Upstream, path: string, maxBytes: number): Promise<string> {
    return (await this.#bytes(of, path, { maxBytes, timeoutMs: WORD_MS })).toString('utf8')
  }

  async #bytes(
    of: Upstream,
    path: string,
    limits: { readonly maxBytes: number; readonly timeoutMs: number },
  ): Promise<Buffer> {
    const signal = AbortSignal.timeout(limits.timeoutMs)
    let url = new URL(`${of.url}${path}`)
    for (let followed = 0; followed <= MAX_REDIRECTIONS; followed++) {
      const answer = await this.#ask(of, url, { ...limits, signal })
      const { status } = answer
      if (status === 200) return Buffer.from(await answer.arrayBuffer())
      const location = answer.headers.get('location')
      if (status < 300 || status > 399 || location === null) {
        throw answerRefused(of, path, `HTTP ${status}`)
      }
      const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined
      // The token is for this origin, and so is the operator's word for the address.
      if (next?.origin !== url.origin) throw answerRefused(of, path, 'redirected elsewhere')
      url = next
    }
    throw answerRefused(of, path, 'redirected too often')
  }

  async #ask(
    { name, token }: Upstream,
    url: URL,
    limits: {
      readonly maxBytes: number
      readonly timeoutMs: number
      readonly signal: AbortSignal
    },
  ): Promise<Response> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    try {
      return await this.#fetch({
        owner: `marketplace ${name}`,
        url: url.href,
        method: 'GET',
        headers: { accept: 'application/json, application/octet-stream', ...headers },
        body: undefined,
        ...limits,
      })
    } catch (error) {
      const reason = isCodedError(error) ? error.code : 'address'
      throw coreErrors.create('MARKETPLACE_UNREACHABLE', { marketplace: name, reason })
    }
  }
}

function answerRefused({ name }: Upstream, what: string, reason: string) {
  return coreErrors.create('MARKETPLACE_ANSWER_REFUSED', { marketplace: name, what, reason })
}
