import type { LoadedBundle } from '@signalbox/sandbox'
import { coreErrors } from '../errors.ts'
import type { BundleOf } from '../registry/compiled-bundle-service.ts'

/**
 * Bundles held in memory, by hash: a lane that is replaced while PostgreSQL is away still finds them. A
 * bundle is at most 2 MB and mostly 50 KB, with what was compiled of it about twice that: a few megabytes.
 */
const MAX_BUNDLES = 64

export interface BundleSource {
  /** Bytes from the content store. @throws where they, or the version, are not what was installed */
  read(of: BundleOf): Promise<Buffer | undefined>
  readonly compiled: {
    find(of: BundleOf): Promise<Buffer | undefined>
    make(of: BundleOf, source: Uint8Array): Promise<Buffer | undefined>
    reject(of: BundleOf): Promise<void>
  }
}

export class BundleCache {
  readonly #from: BundleSource
  readonly #held = new Map<string, Promise<LoadedBundle>>()

  constructor(from: BundleSource) {
    this.#from = from
  }

  load(of: BundleOf): Promise<LoadedBundle> {
    const key = keyOf(of)
    const known = this.#held.get(key)
    if (known !== undefined) void this.#compileAgain(of, known)
    const held = known ?? this.#fetch(of)
    // Least recently used first: what is asked for goes to the end.
    this.#held.delete(key)
    this.#held.set(key, held)
    if (this.#held.size > MAX_BUNDLES) {
      const oldest = this.#held.keys().next().value
      if (oldest !== undefined) this.#held.delete(oldest)
    }
    return held
  }

  #fetch(of: BundleOf): Promise<LoadedBundle> {
    const fetched = this.#readBoth(of)
    fetched.catch(() => this.#held.delete(keyOf(of)))
    return fetched
  }

  async #readBoth(of: BundleOf): Promise<LoadedBundle> {
    const { bundleSha256 } = of
    const { read, compiled } = this.#from
    const [source, code] = await Promise.all([read(of), compiled.find(of)])
    if (source === undefined) {
      throw coreErrors.create('CONTENT_CORRUPT', { sha256: bundleSha256 })
    }
    if (code !== undefined) return this.#withCode(of, source, code)
    // Another version of V8, or it was lost: the next load may have it, this one does not wait.
    void this.#compile(of, source)
    return { source }
  }

  /** What there was no compiler for when it was fetched; what is hopeless is not tried. */
  async #compileAgain(of: BundleOf, known: Promise<LoadedBundle>): Promise<void> {
    const bundle = await known.catch(() => undefined)
    if (bundle !== undefined && bundle.compiled === undefined) {
      await this.#compile(of, bundle.source)
    }
  }

  async #compile(of: BundleOf, source: Uint8Array): Promise<void> {
    const made = await this.#from.compiled.make(of, source)
    if (made !== undefined) this.#replace(of, this.#withCode(of, source, made))
  }

  #withCode(of: BundleOf, source: Uint8Array, compiled: Buffer): LoadedBundle {
    const onCompiledRejected = () => {
      this.#replace(of, { source })
      void this.#from.compiled.reject(of)
    }
    return { source, compiled, onCompiledRejected }
  }

  #replace(of: BundleOf, bundle: LoadedBundle): void {
    const key = keyOf(of)
    if (this.#held.has(key)) this.#held.set(key, Promise.resolve(bundle))
  }
}

/** Versions with the same bundle are verified each for itself. */
function keyOf({ plugin, version, bundleSha256 }: BundleOf): string {
  return `${plugin}@${version} ${bundleSha256}`
}
