import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signAdvisories } from '@signalbox/sdk/trust/advisories-snapshot'
import { keyIdOf, publicKeyText } from '@signalbox/sdk/trust/key-id'
import { endorseKey } from '@signalbox/sdk/trust/key-succession'
import { type IndexedVersion, signIndex } from '@signalbox/sdk/trust/package-index'
import { integrityOf } from '@signalbox/sdk/trust/package-signature'
import { signVersion } from '@signalbox/sdk/trust/registry-signature'
import { signRelease } from '@signalbox/sdk/trust/release-statement'
import { pluginFiles } from '../../../marketplace/test/support/plugin-package.ts'
import { tarballOf } from '../../../marketplace/test/support/tarball.ts'
import type { Teardown } from './host-process.ts'

interface Stored extends IndexedVersion {
  readonly tarball: Buffer
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Of a small plugin that starts: the trials of a publish load it. */
export function soundTarball(spec: { readonly name: string; readonly version: string }): Buffer {
  const bundle = 'var __signalbox_plugin = { default: { services: {} } }\n'
  return tarballOf({ ...pluginFiles(spec), 'dist/plugin.js': bundle })
}

/** A marketplace that says what a test wants it to, signed by keys of its own, over real HTTP. */
export class FakeMarketplace {
  readonly fingerprint = `SHA256:${randomBytes(32).toString('base64url')}`
  /** Answers in the place of its own, by path. */
  readonly answers = new Map<string, Answer>()
  readonly advisories: Record<string, readonly unknown[]> = {}
  readonly asked: string[] = []
  readonly authorizations = new Set<string>()
  readonly url: string
  readonly #packages = new Map<string, Map<string, Stored>>()
  #key: KeyObject = newKey()
  #keys: { publicKey: string; endorsement: string | null }[] = [offered(this.#key)]
  #toldAt: number | undefined

  private constructor(url: string) {
    this.url = url
  }

  static async start(t: Teardown): Promise<FakeMarketplace> {
    const held: { one?: FakeMarketplace } = {}
    const server = createServer((request, response) => held.one?.answer(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    held.one = new FakeMarketplace(`http://127.0.0.1:${port}/npm`)
    return held.one
  }

  get origin(): string {
    return new URL(this.url).origin
  }

  get keyid(): string {
    return keyIdOf(this.#key)
  }

  publish(name: string, version: string, changes: Partial<Stored> = {}): void {
    const tarball = soundTarball({ name, version })
    const versions = this.#packages.get(name) ?? new Map<string, Stored>()
    versions.set(version, {
      ...{ tarball, integrity: integrityOf(tarball), state: 'published', reason: null },
      publishedAt: Date.now() - 1000,
      ...changes,
    })
    this.#packages.set(name, versions)
  }

  change(name: string, version: string, changes: Partial<Stored>): void {
    const before = this.#packages.get(name)?.get(version)
    if (before !== undefined) this.#packages.get(name)?.set(version, { ...before, ...changes })
  }

  /** As if it had never been there. */
  forget(name: string, version: string): void {
    this.#packages.get(name)?.delete(version)
  }

  /** Signs as at another time. */
  tellAt(at: number | undefined): void {
    this.#toldAt = at
  }

  /** By another key from now on; endorsed by the one before, or by nobody. */
  changeKey(isEndorsed: boolean): void {
    const next = newKey()
    const endorsement = isEndorsed ? endorseKey(publicKeyText(next), Date.now(), this.#key) : null
    this.#keys = isEndorsed
      ? [...this.#keys, { publicKey: publicKeyText(next), endorsement }]
      : [offered(next)]
    this.#key = next
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent((request.url ?? '').replace(/^\/npm/, ''))
    this.asked.push(path)
    this.authorizations.add(request.headers.authorization ?? '')
    const other = this.answers.get(path)
    if (other !== undefined) {
      other(request, response)
      return
    }
    const body = this.#bodyOf(path)
    response.writeHead(body === undefined ? 404 : 200).end(body)
  }

  #bodyOf(path: string): string | Buffer | undefined {
    const at = this.#toldAt ?? Date.now()
    const { fingerprint: marketplace } = this
    if (path === '/-/signalbox/v1/keys') return JSON.stringify({ keys: this.#keys })
    if (path === '/-/signalbox/v1/advisories') {
      return signAdvisories({ marketplace, at, advisories: this.advisories }, this.#key)
    }
    const index = /^\/-\/signalbox\/v1\/index\/(.+)$/.exec(path)?.[1]
    if (index !== undefined) return this.#index(index, at)
    const release = /^\/-\/signalbox\/v1\/releases\/(.+)\/([^/]+)$/.exec(path)
    if (release !== null) return this.#release(release[1] ?? '', release[2] ?? '')
    const file = /^\/(@[^/]+\/([^/]+))\/-\/(.+)\.tgz$/.exec(path)
    const version = file?.[3]?.slice((file[2]?.length ?? 0) + 1)
    return this.#packages.get(file?.[1] ?? '')?.get(version ?? '')?.tarball
  }

  #index(name: string, at: number): string | undefined {
    const versions = this.#packages.get(name)
    if (versions === undefined) return undefined
    const told = [...versions].map(([version, { tarball: _, ...rest }]) => [version, rest] as const)
    const latest = told.at(-1)?.[0] ?? ''
    const head = { marketplace: this.fingerprint, name, at, distTags: { latest } }
    return signIndex({ ...head, versions: new Map(told) }, this.#key)
  }

  #release(name: string, version: string): string | undefined {
    const stored = this.#packages.get(name)?.get(version)
    if (stored === undefined) return undefined
    const { integrity, publishedAt } = stored
    const said = { name, version, integrity, publishedAt, publisher: 'acme', author: null }
    const release = signRelease({ ...said, marketplace: this.fingerprint }, this.#key)
    const sig = signVersion({ name, version, integrity }, this.#key)
    return JSON.stringify({ signature: { keyid: this.keyid, sig }, release, provenance: null })
  }
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

function offered(key: KeyObject) {
  return { publicKey: publicKeyText(key), endorsement: null }
}
