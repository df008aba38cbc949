import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { BatchedLookup } from './batched-lookup.ts'
import { readRevisions } from './package-store.ts'

/**
 * How old at most the knowledge is that a reader is answered by, where no hint of a change was heard: half of the
 * second in which every change of the host is everywhere. A package that is asked for all the time costs two queries a second.
 */
export const BELIEVED_MS = 500

/** Names of packages that exist, about 200 bytes each; beyond them all are asked for again. */
const MAX_KNOWN = 20_000

interface Ports {
  readonly knex: Knex
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number
}

/**
 * At which revision packages stand. What was read is believed for half a second at most, and until this node changes
 * anything or hears that another one did: who was told that a change is done sees it here at once, and on other nodes
 * within that time, whatever becomes of the hint.
 */
export class KnownRevisions {
  readonly #monotonic: () => number
  readonly #lookup: BatchedLookup<string>
  #known = new Map<string, { readonly rev: string; readonly askedAt: number }>()

  constructor({ knex, monotonic }: Ports) {
    this.#monotonic = monotonic
    this.#lookup = new BatchedLookup((names) => readRevisions(knex, names))
  }

  /** @returns undefined: there is no such package, as PostgreSQL says at this moment */
  get(name: string): string | Promise<string | undefined> {
    const known = this.#known.get(name)
    if (known !== undefined && this.#monotonic() - known.askedAt < BELIEVED_MS) return known.rev
    return this.#read(name)
  }

  /** Something changed. What is being read may be from before it, and is told but not kept. */
  forget(): void {
    this.#known = new Map()
  }

  async #read(name: string): Promise<string | undefined> {
    const known = this.#known
    const askedAt = this.#monotonic()
    const rev = await this.#lookup.get(name)
    // What does not exist is not kept: strangers could fill this with it, and a first publish is seen at once.
    if (rev === undefined || known !== this.#known) return rev
    if (known.size >= MAX_KNOWN) this.forget()
    this.#known.set(name, { rev, askedAt })
    return rev
  }
}

/**
 * Everything known is read anew after a change through one of the scope's routes, before its answer is sent. By method and
 * status, so that no route has to think of it; whoever brings nothing to prove himself by changes nothing.
 */
export function forgetAfterChanges(scope: FastifyInstance, revisions: KnownRevisions): void {
  scope.addHook('onSend', (request, reply, payload, done) => {
    const { method, headers } = request
    const isReading = method === 'GET' || method === 'HEAD'
    const isRefused = reply.statusCode >= 400 && reply.statusCode < 500
    if (!isReading && !isRefused && headers.authorization !== undefined) revisions.forget()
    done(null, payload)
  })
}
