import { readFileSync } from 'node:fs'
import { Sandbox } from '../src/index.ts'
import { progress, rounds } from './effort.ts'
import { rounded } from './figures.ts'
import { answer } from './must-answer.ts'
import { type Size, type SizedPlugin, sizedCall, sizedPlugin } from './sized-plugins.ts'

const ISOLATES = 200
const MIB_PER_GIB = 1024

const suffixes: Readonly<Record<Size, string>> = { small: '', '473kb': '_473kb', shims: '_shims' }

/** By how much a lane grows for each isolate that has answered one call and then rests: one tenant each. */
export async function isolateMemory(size: Size): Promise<Record<string, unknown>> {
  progress(`memory of idle isolates: ${size}`)
  const mib = await mibPerIsolate(await sizedPlugin(size))
  return {
    [`isolates_per_gib${suffixes[size]}`]: Math.floor(MIB_PER_GIB / mib),
    [`isolate_mib${suffixes[size]}`]: rounded(mib),
  }
}

async function mibPerIsolate(plugin: SizedPlugin): Promise<number> {
  const count = rounds(ISOLATES, 40)
  // So many at once in one lane are over its limits for isolates and memory; here these are what is measured.
  const room = { maxIsolates: count + 1, retireResidentMb: 4096, maxResidentMb: 4096 }
  const sandbox = await Sandbox.start({ lanes: 1, ...room })
  const load = (tenant: string) => answer(sandbox, sizedCall(plugin, true, { tenant }))
  try {
    await load('first')
    const pid = sandbox.stats().lanes.find(({ isolates }) => isolates > 0)?.pid ?? 0
    const before = residentMib(pid)
    for (let n = 0; n < count; n++) await load(`tenant-${n}`)
    const holds = sandbox.stats().lanes.find((lane) => lane.pid === pid)?.isolates
    if (holds !== count + 1) throw new Error(`The lane holds ${holds} isolates, not ${count + 1}`)
    return (residentMib(pid) - before) / count
  } finally {
    await sandbox.stop()
  }
}

function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}
