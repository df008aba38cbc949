import t from 'tap'
import { laneFault } from '../../src/lane/lane-fault.ts'
import { culpritOf, type Work } from '../../src/lane/lane-loss.ts'
import { SentFrames } from '../../src/lane/sent-frames.ts'
import { wasStopped } from '../../src/lane/starved.ts'
import { type LaneVerdict, type LaneView, watchLane } from '../../src/lane/watchdog.ts'

const limits = { maxResidentMb: 512, retireResidentMb: 384, maxLoads: 5000 }
const atRest: LaneView = {
  isServing: true,
  isBusy: false,
  silentMs: 0,
  turnMs: 0,
  turnCpuMs: 0,
  turnLimitMs: 0,
  residentMb: 0,
  loads: 0,
  isShort: false,
}
const busy = { ...atRest, isBusy: true }
const starved = { ...busy, turnCpuMs: 49, turnLimitMs: 100 }

t.test('what is done about a lane', async (t) => {
  const cases: [name: string, view: LaneView, verdict: LaneVerdict][] = [
    ['at rest', atRest, 'fine'],
    ['busy', { ...busy, silentMs: 1000 }, 'fine'],
    ['within the grace', { ...busy, turnMs: 250, turnLimitMs: 100 }, 'fine'],
    ['over the grace', { ...busy, turnMs: 251, turnCpuMs: 251, turnLimitMs: 100 }, 'turn-timeout'],
    ['over it, on a machine with no CPU to give', { ...starved, turnMs: 1000 }, 'fine'],
    ['starved and silent for long', { ...starved, turnMs: 5001, silentMs: 5001 }, 'unresponsive'],
    ['over its memory', { ...busy, residentMb: 513 }, 'memory'],
    ['over its memory with nobody at work', { ...atRest, residentMb: 513 }, 'retire'],
    ['grown', { ...atRest, residentMb: 385 }, 'retire'],
    ['at rest and short', { ...atRest, isShort: true, silentMs: 11 }, 'ping'],
    ['in a pause and short', { ...atRest, isShort: true, silentMs: 9 }, 'fine'],
    ['at work and short', { ...busy, isShort: true, silentMs: 11 }, 'fine'],
    ['many loads', { ...atRest, loads: 5001 }, 'retire'],
    ['grown, but retiring already', { ...busy, isServing: false, residentMb: 385 }, 'fine'],
    ['silent at work', { ...busy, silentMs: 5001 }, 'unresponsive'],
    ['silent at rest', { ...atRest, silentMs: 1001 }, 'ping'],
    ['silent while it starts', { ...atRest, isServing: false, silentMs: 4000 }, 'fine'],
  ]
  for (const [name, view, verdict] of cases) t.equal(watchLane(view, limits), verdict, name)
})

t.test('how the end of a lane is read', async (t) => {
  const exit = { killedFor: null, signal: null, exitCode: null, stderr: '' }
  t.equal(laneFault({ ...exit, killedFor: 'memory', signal: 'SIGKILL' }).kind, 'memory')
  t.equal(laneFault({ ...exit, killedFor: 'turn-timeout' }).kind, 'turn-timeout')
  t.equal(laneFault({ ...exit, killedFor: 'protocol' }).kind, 'crash')
  t.equal(laneFault({ ...exit, killedFor: 'unresponsive' }).kind, 'external')
  t.equal(laneFault({ ...exit, signal: 'SIGKILL' }).kind, 'external')
  t.equal(laneFault({ ...exit, signal: 'SIGSEGV' }).kind, 'crash')
  const heap = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'
  t.equal(laneFault({ ...exit, signal: 'SIGABRT', stderr: heap }).kind, 'memory')
  const leap = '# Fatal process OOM: CALL_AND_RETRY_LAST, is_heap_oom = 1'
  t.equal(laneFault({ ...exit, signal: 'SIGABRT', stderr: leap }).kind, 'memory')
})

t.test('blame: the reported turn, else the only isolate at work, else nobody', async (t) => {
  const work = (isolate: object, call?: object): Work => ({ isolate, call }) as unknown as Work
  const [one, other] = [{}, {}]
  const crash = { kind: 'crash', text: '' } as const
  const external = { kind: 'external', text: '' } as const
  const [call, load] = [work(one, {}), work(one)]
  const reported = { work: work(other), isShared: false }
  t.equal(culpritOf(crash, reported, [call, reported.work]), reported)
  t.equal(culpritOf(external, reported, [reported.work]), undefined)
  t.equal(culpritOf(crash, undefined, []), undefined)
  t.equal(culpritOf(crash, undefined, [call, work(other, {})]), undefined)
  const certain = { work: call, isShared: false }
  t.same(culpritOf(crash, undefined, [call]), certain)
  t.same(culpritOf(crash, undefined, [call, call]), certain, 'two turns of one call')
  const shared = { work: call, isShared: true }
  t.same(culpritOf(crash, undefined, [call, work(one, {})]), shared, 'one of two calls')
  t.same(culpritOf(crash, undefined, [load, call]), { work: load, isShared: false }, 'a load')
})

t.test('frames are found by number until they are worked off', async (t) => {
  const sent = new SentFrames<string>()
  for (let number = 1; number <= 3000; number++) {
    sent.add({ number, work: `w${number}`, costMs: 1, limitMs: 10 })
  }
  t.equal(sent.backlogMs, 3000)
  sent.done(2000)
  t.equal(sent.size, 1000)
  t.equal(sent.backlogMs, 1000)
  t.equal(sent.find(2000), undefined)
  t.equal(sent.find(2001)?.work, 'w2001')
  t.equal(sent.find(3000)?.work, 'w3000')
  t.equal(sent.find(3001), undefined)
  t.equal(sent.work().length, 1000)
  sent.done(3000)
  t.equal(sent.size, 0)
  t.equal(sent.backlogMs, 0)
})

t.test('a process that stood still is told from one that was slow, or computed', async (t) => {
  t.equal(wasStopped(3500, 15, 1500), true, 'held for long, and computed next to nothing')
  t.equal(wasStopped(1510, 15, 1500), false, 'ended at its limit: what ends turns was awake')
  t.equal(wasStopped(3500, 900, 1500), false, 'it computed')
})
