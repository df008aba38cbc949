import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { coreErrors } from '../errors.ts'
import { type PostgresAccount, postgresAccount } from './postgres-account.ts'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import {
  type PostgresCluster,
  postgresEnvironment,
  prepareCluster,
  SUPERUSER,
} from './postgres-cluster.ts'
import { postgresPlace } from './postgres-place.ts'
import {
  isAlive,
  orphanedBackends,
  readPostmaster,
  servesData,
  signalTo,
  socketOf,
} from './postmaster.ts'
import { refuseServerElsewhere, rememberHome } from './postmaster-home.ts'

interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface EmbeddedPostgresOptions {
  /** The host's own data folder, already claimed: two hosts never share a server. */
  readonly dataFolder: string
  /** The superuser's password; the caller keeps it (mode 0600) in the data folder. */
  readonly password: string
  readonly log: Log
  /** Where root's cluster goes instead of /var/lib/signalbox. For tests. */
  readonly systemState?: string
  /** That it takes at once; absent: what one node and its operator need. For tests, of many hosts. */
  readonly connections?: number
}

/** How often a dead postmaster is noticed; `kill(pid, 0)` costs about a microsecond. */
const WATCH_MS = 200
/** Crash recovery of `max_wal_size` takes a few seconds on a slow disk; ten times that is no longer slow but broken. */
const START_TIMEOUT_MS = 60_000
/** Orphaned backends notice within milliseconds that their postmaster is gone; a broken disk needs no hurry. */
const BACK_OFF_MS = { first: 100, most: 5000 }
/** A fast shutdown writes a checkpoint. After this, an immediate one leaves recovery to the next start. */
const STOP_TIMEOUT_MS = 20_000
const MAX_LOG_BYTES = 10 * 1024 * 1024

/**
 * A PostgreSQL server of the host's own, from npm's binaries.
 *
 *   start:  a server of this cluster runs ──▶ adopt it      none ──▶ launch one
 *   watch:  the postmaster is gone ──▶ launch again on the same port, with back-off, until `stop`
 *   stop:   fast shutdown, then immediate
 *
 * The server is a detached process: `kill -9` of the host leaves it running for the next start to adopt.
 */
export class EmbeddedPostgres {
  readonly #options: EmbeddedPostgresOptions
  readonly #account: PostgresAccount | undefined
  readonly #binaries: PostgresBinaries
  readonly #stopping = new AbortController()
  #cluster: PostgresCluster
  #pid = 0
  #watching: Promise<void> = Promise.resolve()

  private constructor(
    options: EmbeddedPostgresOptions,
    account: PostgresAccount | undefined,
    binaries: PostgresBinaries,
    cluster: PostgresCluster,
  ) {
    this.#options = options
    this.#account = account
    this.#binaries = binaries
    this.#cluster = cluster
  }

  /** @throws CORE_POSTGRES_BINARIES_MISSING, CORE_POSTGRES_START_FAILED, CORE_DATA_FOLDER_UNUSABLE. */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const account = await postgresAccount()
    const place = await postgresPlace(options.dataFolder, account, options.systemState)
    const binaries = await findPostgresBinaries(place.copies)
    const { folder } = place
    const data = join(folder, 'data')
    await refuseServerElsewhere(folder, data)
    const running = await findRunning(data)
    const cluster = running
      ? { folder, data, port: running.port, log: join(folder, 'server.log') }
      : await prepareCluster({
          ...{ folder, binaries, account },
          ...{ password: options.password, connections: options.connections },
        })
    const server = new EmbeddedPostgres(options, account, binaries, cluster)
    await server.#begin(running?.pid)
    return server
  }

  /** The superuser's URL of the database `postgres`; the same for as long as this server lives. */
  get url(): string {
    const { password } = this.#options
    return `postgres://${SUPERUSER}:${password}@127.0.0.1:${this.#cluster.port}/postgres`
  }

  /** The process id of the postmaster. Changes when it had to be started again. */
  get pid(): number {
    return this.#pid
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#watching
    if (this.#pid === 0 || !isAlive(this.#pid)) return
    signalTo(this.#pid, 'SIGINT')
    if (await isGoneWithin(this.#pid, STOP_TIMEOUT_MS)) return
    signalTo(this.#pid, 'SIGQUIT')
    await isGoneWithin(this.#pid, STOP_TIMEOUT_MS)
  }

  async #begin(running: number | undefined): Promise<void> {
    const { log } = this.#options
    // One that is on its way out is not adopted but replaced.
    if (running !== undefined && (await this.#waitUntilReady(running, START_TIMEOUT_MS))) {
      this.#pid = running
      log.info({ pid: running, port: this.#cluster.port }, 'adopted the embedded PostgreSQL')
    } else {
      await this.#launch(START_TIMEOUT_MS)
    }
    this.#watching = this.#watch()
  }

  /** Never rejects: a full disk or a lack of file descriptors passes, and only `stop` ends the attempts. */
  async #watch(): Promise<void> {
    const { signal } = this.#stopping
    let pause = BACK_OFF_MS.first
    while (await sleeps(WATCH_MS, signal)) {
      if (isAlive(this.#pid)) continue
      this.#options.log.warn({ pid: this.#pid }, 'the embedded PostgreSQL died; starting it again')
      try {
        await this.#launch(Number.POSITIVE_INFINITY)
        pause = BACK_OFF_MS.first
      } catch (error) {
        if (signal.aborted) return
        this.#options.log.warn({ err: error }, 'the embedded PostgreSQL could not be started again')
        await sleeps(pause, signal)
        pause = Math.min(pause * 2, BACK_OFF_MS.most)
      }
    }
  }

  /** Tries until it stands, for at most `timeoutMs`. */
  async #launch(timeoutMs: number): Promise<void> {
    const started = performance.now()
    const { data, folder, port } = this.#cluster
    for (let pause = BACK_OFF_MS.first; ; pause = Math.min(pause * 2, BACK_OFF_MS.most)) {
      await this.#clearRemains()
      // Kept before it is ready: `stop` must end a server that is still starting.
      const child = await this.#spawn()
      this.#pid = child
      if (await this.#waitUntilReady(child, timeoutMs)) {
        const ms = Math.round(performance.now() - started)
        this.#options.log.info({ pid: child, port, ms }, 'started the embedded PostgreSQL')
        return
      }
      const reason = await this.#lastWords()
      const isTooLate = performance.now() - started + pause > timeoutMs
      const isHopeless = !reason.includes('shared memory') && timeoutMs < Number.POSITIVE_INFINITY
      if (isTooLate || isHopeless || !(await sleeps(pause, this.#stopping.signal))) {
        throw coreErrors.create('POSTGRES_START_FAILED', { folder, reason })
      }
      this.#options.log.warn(
        { data, reason },
        'the embedded PostgreSQL did not start; trying again',
      )
    }
  }

  /** What a killed server leaves behind: backends that hold its memory, and a pid file that may name a stranger. */
  async #clearRemains(): Promise<void> {
    const { data } = this.#cluster
    for (const pid of await orphanedBackends(data)) {
      signalTo(pid, 'SIGQUIT')
    }
    const remembered = await readPostmaster(data)
    if (remembered && !(await servesData(remembered.pid, data))) {
      const socket = socketOf(remembered)
      for (const file of ['postmaster.pid', socket, `${socket}.lock`]) {
        await rm(join(data, file), { force: true })
      }
    }
  }

  async #spawn(): Promise<number> {
    const { data, folder, log } = this.#cluster
    await rememberHome(folder)
    const size = (await stat(log).catch(() => undefined))?.size ?? 0
    if (size > MAX_LOG_BYTES) await rename(log, `${log}.1`)
    const file = await open(log, 'a', 0o600)
    try {
      const child = spawn(this.#binaries.postgres, ['-D', data], {
        ...this.#account,
        cwd: folder,
        env: postgresEnvironment,
        detached: true,
        stdio: ['ignore', file.fd, file.fd],
      })
      await new Promise((done, fail) =>
        child.once('spawn', () => done(undefined)).once('error', fail),
      )
      child.unref()
      // 'spawn' was emitted, so there is a number; zero would name our own process group.
      assert(child.pid)
      return child.pid
    } catch (cause) {
      const reason = (cause as Error).message
      throw coreErrors.create('POSTGRES_START_FAILED', { folder, reason }, { cause })
    } finally {
      await file.close()
    }
  }

  /** True once `pid` serves this cluster; false when it ended before, or is not ready in time. */
  async #waitUntilReady(pid: number, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const postmaster = await readPostmaster(this.#cluster.data)
      if (postmaster?.pid === pid && postmaster.isReady && (await this.#answers())) return true
      if (!isAlive(pid) || performance.now() > deadline) return false
      if (!(await sleeps(20, this.#stopping.signal))) return false
    }
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 1000 })
    try {
      await client.connect()
      // A plugin's role may connect to the plugins' database only; these two are born open to everyone.
      await client.query('REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC')
      return true
    } catch (error) {
      const code = (error as { code?: string }).code
      // A wrong password never becomes right: the secret in the data folder is not this cluster's.
      if (code !== '28P01') return false
      const { folder } = this.#cluster
      const reason = 'the password kept in the data folder is not the one of this cluster'
      throw coreErrors.create('POSTGRES_START_FAILED', { folder, reason }, { cause: error })
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  async #lastWords(): Promise<string> {
    const text = await readFile(this.#cluster.log, 'utf8').catch(() => '')
    return text.trimEnd().split('\n').slice(-4).join(' | ')
  }
}

async function findRunning(data: string): Promise<{ pid: number; port: number } | undefined> {
  const postmaster = await readPostmaster(data)
  if (!postmaster?.port || !(await servesData(postmaster.pid, data))) return undefined
  return postmaster
}

async function isGoneWithin(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false
    await delay(20)
  }
  return true
}

/** Waits; false when `signal` ended the wait early. */
function sleeps(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(ms, true, { signal }).catch(() => false)
}
