import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { renderTemplate } from '../src/cli/author/create/render-template.ts'
import { quantile } from './quantile.ts'

const command = join(import.meta.dirname, '../bin/signalbox.mjs')

/** `BENCH_EFFORT=0.2` makes fewer saves, which say less. */
const SAVES = Math.max(3, Math.round(25 * Number(process.env['BENCH_EFFORT'] ?? 1)))
/** Of the first saves, whose host has compiled little of itself. */
const WARM_UP = 3
const START_TIMEOUT_MS = 120_000
const SAVE_TIMEOUT_MS = 20_000
/** Between an answer and the next save: an author reads what came. */
const REST_MS = 1000
const POLL_MS = 5

/**
 * What an author waits for with `signalbox dev`: from a save to the first answer of the new code, of a data service with
 * a table. Beside it what he would do without: the host started and the plugin installed anew.
 */
export async function run(): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-dev-'))
  const plugin = join(folder, 'gate')
  try {
    await renderTemplate(plugin, {
      template: 'data-service',
      language: 'ts',
      packageName: '@acme/gate',
    })
    await servedBy(plugin, async () => undefined)
    const startedAt = performance.now()
    const { startMs, saves } = await servedBy(plugin, async (isLow) => ({
      startMs: performance.now() - startedAt,
      saves: await timedSaves(plugin, isLow),
    }))
    const p50 = quantile(saves, 0.5)
    return {
      save_to_answer_ms_p50: Math.round(p50),
      save_to_answer_ms_p95: Math.round(quantile(saves, 0.95)),
      start_to_answer_ms: Math.round(startMs),
      save_vs_start: Math.round((p50 / startMs) * 1000) / 1000,
      saves: saves.length,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type IsLow = () => Promise<boolean>

/** The first save makes it low, the next one not, and so on: each answer says whose it is. */
async function timedSaves(plugin: string, isLow: IsLow): Promise<readonly number[]> {
  const times: number[] = []
  const rule = join(plugin, 'src/is-low.ts')
  for (let save = 0; save < WARM_UP + SAVES; save++) {
    await delay(REST_MS)
    const low = save % 2 === 0
    const text = await readFile(rule, 'utf8')
    const before = performance.now()
    await writeFile(rule, text.replace(/return .*/, `return pieces <= low || ${low}`))
    while ((await isLow()) !== low) {
      if (performance.now() - before > SAVE_TIMEOUT_MS) throw new Error('a save is not served')
      await delay(POLL_MS)
    }
    if (save >= WARM_UP) times.push(performance.now() - before)
  }
  return times
}

/** Runs `signalbox dev` until the work is done; `work` begins when the first call is answered. */
async function servedBy<Result>(
  plugin: string,
  work: (isLow: IsLow) => Promise<Result>,
): Promise<Result> {
  const dev = spawn(process.execPath, [command, 'dev', plugin, '--grant'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise((resolve) => dev.once('close', resolve))
  try {
    const [url, key] = await firstCall(dev)
    const isLow = async () => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ item: 'A-1' }),
        signal: AbortSignal.timeout(SAVE_TIMEOUT_MS),
      })
      return ((await answer.json()) as { isLow: boolean }).isLow
    }
    await isLow()
    return await work(isLow)
  } finally {
    dev.kill('SIGINT')
    await gone
  }
}

/** @returns URL and key of the line that it prints to be pasted, for the operation `read` */
async function firstCall(dev: ChildProcess): Promise<readonly [string, string]> {
  let text = ''
  const wanted = /^curl -s (\S+\/read) -H 'authorization: Bearer (\S+)'[\s\S]*saves are followed/m
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`it does not serve: ${text}`)), START_TIMEOUT_MS)
    dev.once('close', () => reject(new Error(`it ended: ${text}`)))
    dev.stdout?.on('data', (chunk) => {
      text = `${text}${chunk}`.slice(-100_000)
      const [, url, key] = wanted.exec(text) ?? []
      if (url === undefined || key === undefined) return
      clearTimeout(late)
      resolve([url, key])
    })
  })
}
