import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { SeededRandom } from '../../bench/seeded-random.ts'
import { PATIENCE_MS, postmasterPid } from './embedded-server.ts'
import { HostProcess, temporaryHome } from './host-process.ts'
import { callTimer, installTimer, keptRuns, setUpTimer } from './timer.ts'

/** Timers of one round, and over what time they are due: kills meet them waiting, at work and at their end. */
const TIMERS = 24
const SPREAD_MS = 2500

/** The whole of a run's waits between its attempts. */
const MAX_IDLE_MS = 15 * 60_000

const victims = ['host', 'lane', 'PostgreSQL'] as const

/**
 * A plugin sets timers while something is killed with `kill -9`: by turns the host, a lane and PostgreSQL, at a
 * moment by chance. Each timer whose setting was acknowledged has fired, and none has fired twice: its run is
 * one row of the plugin's own table, whose key is the run's id.
 */
export async function surviveKills(t: Test, kills: number): Promise<void> {
  const random = new SeededRandom(process.env.KILL_SEED ?? 'timers')
  const home = await temporaryHome(t)
  let host = await HostProcess.start(t, { home })
  await installTimer(host)
  const { key } = await setUpTimer(host, 'acme')
  const acknowledged: number[] = []
  for (let round = 0; round < kills; round++) {
    const victim = victims[round % victims.length] ?? 'host'
    const from = round * TIMERS
    const setting = setTimers(host, key, from)
    const afterMs = Math.round(random.next() * SPREAD_MS)
    await delay(afterMs)
    await kill(victim, host, home, random)
    const set = await setting
    acknowledged.push(...set)
    t.comment(`kill ${round + 1}: ${victim} after ${afterMs} ms, ${set.length} timers acknowledged`)
    if (victim === 'host') host = await HostProcess.start(t, { home })
    await until(async () => (await callTimer(host, key, 'list')).status === 200, PATIENCE_MS)
  }
  await untilIdle(t, host, key)
  const fired = new Map<string, number>()
  for (const { payload } of await keptRuns(host, key)) {
    fired.set(payload, (fired.get(payload) ?? 0) + 1)
  }
  const lost = acknowledged.filter((n) => !fired.has(String(n)))
  t.same(lost, [], `${acknowledged.length} timers were acknowledged, none of them is lost`)
  const twice = [...fired].filter(([, times]) => times > 1)
  t.same(twice, [], `${fired.size} timers fired, none of them twice`)
  t.ok(acknowledged.length > 0)
}

/** @returns the timers that were acknowledged: what comes after a kill was not */
async function setTimers(host: HostProcess, key: string, from: number): Promise<number[]> {
  const acknowledged: number[] = []
  for (let n = from; n < from + TIMERS; n++) {
    // In no order: some are due before others that were set earlier.
    const afterMs = Math.round((((n * 7) % TIMERS) * SPREAD_MS) / TIMERS)
    const when = { afterMs, key: `n${n}`, payload: n }
    const reply = await callTimer(host, key, 'schedule', { job: 'note', when }).catch(
      () => undefined,
    )
    if (reply?.status === 200) acknowledged.push(n)
    await delay(SPREAD_MS / TIMERS)
  }
  return acknowledged
}

async function kill(
  victim: (typeof victims)[number],
  host: HostProcess,
  home: string,
  random: SeededRandom,
): Promise<void> {
  if (victim === 'host') {
    await host.kill('SIGKILL')
    return
  }
  const lanes = lanesOf(host.pid)
  const lane = lanes[Math.floor(random.next() * lanes.length)] ?? 0
  const pid = victim === 'lane' ? lane : await postmasterPid(home)
  if (pid > 0) process.kill(pid, 'SIGKILL')
}

function lanesOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isLaneOf(pid, parent))
}

function isLaneOf(pid: number, parent: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) !== parent) return false
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('lane-main')
  } catch {
    // It has just ended.
    return false
  }
}

/** A version that cost three lanes rests for a minute, and a run that failed waits for up to ten. */
async function untilIdle(t: Test, host: HostProcess, key: string): Promise<void> {
  let last = ''
  await until(async () => {
    const { status, body } = await callTimer(host, key, 'list')
    if (status === 200 && body.items.length === 0) return true
    last = JSON.stringify(body).slice(0, 2000)
    await delay(200)
    return false
  }, MAX_IDLE_MS).catch((error: unknown) => {
    t.comment(`left: ${last}`)
    throw error
  })
}
