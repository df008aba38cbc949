import { measureCrowd } from './crowd-rounds.ts'
import { measurePipeline } from './pipeline-rounds.ts'
import { measureShared } from './shared-limits.ts'

/** `BENCH_PARTS=pipeline,crowd,shared` picks parts; `BENCH_EFFORT=0.2` makes fewer rounds, which say less. */
const parts = (process.env['BENCH_PARTS'] ?? 'pipeline,crowd,shared').split(',')
const effort = Number(process.env['BENCH_EFFORT'] ?? 1)
const rounds = (full: number) => Math.max(1, Math.round(full * effort))

/** What it costs to come in by the gateway, and whether what it promises holds on several nodes. */
export async function run(): Promise<Readonly<Record<string, unknown>>> {
  return {
    ...(parts.includes('pipeline') ? await measurePipeline(rounds(9), 3) : {}),
    ...(parts.includes('crowd') ? await measureCrowd(rounds(4), 8) : {}),
    ...(parts.includes('shared') ? await measureShared(rounds(5), rounds(40)) : {}),
  }
}
