import type { Knex } from 'knex'
import type { StopStack } from '../stop-stack.ts'
import type { FairTurns } from '../storage/fair-turns.ts'
import { BlobComposer } from './blob-composer.ts'
import { BlobDigests } from './blob-digests.ts'
import { BlobMeter } from './blob-meter.ts'
import { BlobService } from './blob-service.ts'
import { BlobSweepJob } from './blob-sweep-job.ts'
import { BlobUploads } from './blob-uploads.ts'
import { PartDigests } from './part-digests.ts'

interface Ports {
  readonly knex: Knex
  readonly turns: FairTurns
  readonly log: { warn(fields: object, message: string): void }
}

export interface OpenBlobs {
  readonly blobs: BlobService
  readonly uploads: BlobUploads
  readonly composer: BlobComposer
  readonly digests: BlobDigests
  readonly partDigests: PartDigests
}

/** What keeps plugins' files, and the job that sweeps behind it until the host stops. */
export function openBlobs({ knex, turns, log }: Ports, stops: StopStack): OpenBlobs {
  const now = Date.now
  const meter = new BlobMeter()
  const blobs = new BlobService({ knex, turns, meter, now })
  const uploads = new BlobUploads({ knex, turns, now })
  const job = new BlobSweepJob({ knex, uploads, meter, now, log })
  job.start()
  stops.push(() => job.stop())
  const digests = new BlobDigests({ knex, turns })
  const composer = new BlobComposer({ knex, turns, uploads, digests })
  const partDigests = new PartDigests({ knex, turns, blobs })
  return { blobs, uploads, composer, digests, partDigests }
}
