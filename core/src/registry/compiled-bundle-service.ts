import { isCodedError } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { type CompiledName, isGenuine, macOf } from './compiled-bundle.ts'
import { dropCompiled, findCompiled, keepCompiled } from './compiled-bundle-store.ts'

/** A bundle, and whose it is: for errors and the log. */
export interface BundleOf {
  readonly plugin: string
  readonly version: string
  readonly bundleSha256: string
}

interface Ports {
  readonly knex: Knex
  /** Of the MAC; the same on every node. */
  readonly key: Uint8Array
  readonly compiler: string
  readonly compile: (source: Uint8Array, of: BundleOf) => Promise<Buffer>
  readonly log: Record<'info' | 'warn', (fields: object, message: string) => void>
}

/** Too many were to be compiled at once, as after an upgrade of Node: that tells nothing of the bundle. */
function isBusy(error: unknown): boolean {
  return isCodedError(error) && error.code === 'SBX_COMPILE_BUSY'
}

/**
 * Code that V8 made of bundles ahead. It only saves time: whatever goes wrong here, a version is installed and
 * runs without, and nothing is thrown.
 */
export class CompiledBundleService {
  readonly #ports: Ports
  /** Not tried again by this process: the bundle cannot be compiled ahead, or lanes do not take the result. */
  readonly #hopeless = new Set<string>()
  readonly #making = new Map<string, Promise<Buffer | undefined>>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @returns what is kept and genuine. */
  async find(of: BundleOf): Promise<Buffer | undefined> {
    const { knex, key, log } = this.#ports
    const name = this.#nameOf(of)
    try {
      const row = await findCompiled(knex, name)
      if (row === undefined) return undefined
      if (isGenuine(key, name, row.code, row.mac)) return row.code
      log.warn({ ...of }, 'compiled code in the database is not what this host put there')
      await dropCompiled(knex, name)
    } catch (err) {
      log.warn({ err, ...of }, 'compiled code cannot be read')
    }
    return undefined
  }

  /** Compiles and keeps. Asked for twice at once, it is done once. */
  make(of: BundleOf, source: Uint8Array): Promise<Buffer | undefined> {
    const { bundleSha256 } = of
    if (this.#hopeless.has(bundleSha256)) return Promise.resolve(undefined)
    const making =
      this.#making.get(bundleSha256) ??
      this.#make(of, source).finally(() => this.#making.delete(bundleSha256))
    this.#making.set(bundleSha256, making)
    return making
  }

  async ensure(of: BundleOf, source: Uint8Array): Promise<Buffer | undefined> {
    return (await this.find(of)) ?? this.make(of, source)
  }

  /** A lane's V8 did not take it: it runs with other flags than the compiler did. */
  async reject(of: BundleOf): Promise<void> {
    const { knex, log } = this.#ports
    this.#hopeless.add(of.bundleSha256)
    log.warn({ ...of }, 'compiled code was not taken by a lane')
    try {
      await dropCompiled(knex, this.#nameOf(of))
    } catch (err) {
      log.warn({ err, ...of }, 'compiled code cannot be dropped')
    }
  }

  async #make(of: BundleOf, source: Uint8Array): Promise<Buffer | undefined> {
    const { knex, key, compile, log } = this.#ports
    const name = this.#nameOf(of)
    let code: Buffer
    try {
      code = await compile(source, of)
    } catch (err) {
      if (!isBusy(err)) this.#hopeless.add(of.bundleSha256)
      log.info({ err, ...of }, 'a bundle is not compiled ahead')
      return undefined
    }
    try {
      await keepCompiled(knex, name, { code, mac: macOf(key, name, code) })
    } catch (err) {
      log.warn({ err, ...of }, 'compiled code cannot be kept')
    }
    return code
  }

  #nameOf({ bundleSha256 }: BundleOf): CompiledName {
    return { bundleSha256, compiler: this.#ports.compiler }
  }
}
