import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Test } from 'tap'
import { BlobComposer } from '../../src/blobs/blob-composer.ts'
import { BlobDigests } from '../../src/blobs/blob-digests.ts'
import { BlobMeter } from '../../src/blobs/blob-meter.ts'
import type { BlobOwner } from '../../src/blobs/blob-owner.ts'
import { BlobService } from '../../src/blobs/blob-service.ts'
import { BlobSweepJob } from '../../src/blobs/blob-sweep-job.ts'
import { BlobUploads } from '../../src/blobs/blob-uploads.ts'
import { PartDigests } from '../../src/blobs/part-digests.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import type { FairTurns } from '../../src/storage/fair-turns.ts'
import { testDatabases } from './postgres.ts'

export interface TestBlobs {
  readonly knex: Knex
  readonly blobs: BlobService
  readonly uploads: BlobUploads
  readonly composer: BlobComposer
  readonly digests: BlobDigests
  readonly partDigests: PartDigests
  readonly job: BlobSweepJob
  /** Milliseconds since the epoch; a test moves it. */
  readonly clock: { now: number }
  /** A plugin of a tenant that no other test has. */
  owner(): Promise<BlobOwner>
}

/** Everything that keeps blobs, over a database of its own and a clock that stands still. */
export async function testBlobs(t: Test): Promise<TestBlobs> {
  const { hostUrl } = await testDatabases(t)
  const knex = createKnex(hostUrl)
  t.teardown(() => knex.destroy())
  const clock = { now: Date.now() }
  const now = () => clock.now
  const meter = new BlobMeter()
  // As if every request came by another node: only PostgreSQL keeps them apart.
  const turns: Pick<FairTurns, 'take'> = { take: (_owner, work) => work() }
  const uploads = new BlobUploads({ knex, turns, now })
  const blobs = new BlobService({ knex, turns, meter, now })
  const digests = new BlobDigests({ knex, turns })
  const log = {
    warn: ({ err }: { err?: unknown }) => {
      throw err
    },
  }
  return {
    knex,
    clock,
    uploads,
    digests,
    partDigests: new PartDigests({ knex, turns, blobs }),
    composer: new BlobComposer({ knex, turns, uploads, digests }),
    blobs,
    job: new BlobSweepJob({ knex, uploads, meter, now, log }),
    owner: async () => {
      const id = randomUUID().slice(0, 8)
      const owner = { tenant: `tenant-${id}`, plugin: `@test/${id}` }
      await knex('tenants').insert({ id: owner.tenant, name: id })
      await knex('plugins').insert({ name: owner.plugin })
      return owner
    },
  }
}
