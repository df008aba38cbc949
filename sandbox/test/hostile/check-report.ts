import type { Test } from 'tap'
import { type AttackReport, type AttackResult, MAX_OUTAGE_MS } from './run-attacks.ts'

/** A lane's cap, which is looked at every 25 ms, and a fifth for what it grows in between. */
const MAX_PEAK_MB = 512 * 1.2
/** The host's own computing for a guest, without a pause: parsing a log line, copying an answer. */
const MAX_HOST_BUSY_MS = 50
/** What a message must never say: paths, modules and the engine of the host. */
const hostText = /file:|node:|\/sandbox\/|\/core\/|isolated-vm|\bivm\b|\.ts\b|hunter2/

/** Everything that must hold of every attack, and of the run as a whole. */
export function checkReport(t: Test, report: AttackReport, maxOutageMs = MAX_OUTAGE_MS): void {
  for (const result of report.results) checkResult(t, result, maxOutageMs)
  t.same(report.neighbourWrong, [], `the neighbour was right ${report.neighbourCalls} times`)
  t.ok(report.peakMb <= MAX_PEAK_MB, `a lane took at most ${Math.round(report.peakMb)} MiB`)
  const busy = report.hostBusyMs.toFixed(1)
  t.ok(report.hostBusyMs <= MAX_HOST_BUSY_MS, `the host computed for at most ${busy} ms at once`)
  t.same(report.left, [], 'no process is left')
  for (const line of summary(report)) t.comment(line)
}

function checkResult(t: Test, result: AttackResult, maxOutageMs: number): void {
  const { attack, outcome, code, allowed, after, plugin } = result
  const name = attack.name
  t.ok((allowed as readonly string[]).includes(code), `${name}: ${code}`, { allowed, outcome })
  if (outcome.kind === 'ok' && attack.answer !== undefined) {
    t.equal(outcome.outputJson, attack.answer, `${name}: its answer`)
  }
  if (outcome.kind === 'failed') {
    const { message } = outcome.error
    t.ok(message.includes(`${plugin} 1.0.0`), `${name}: names plugin and version`, { message })
    t.notMatch(message, hostText, `${name}: says nothing of the host`)
    t.equal(outcome.blame, 'plugin', `${name}: blamed on the plugin`)
  }
  // An isolate that is kept may stay as its plugin spoilt it; one that was lost never does.
  if (after !== undefined && outcome.kind === 'failed' && code !== 'SBX_PLUGIN_THREW') {
    t.equal(after, 'ok', `${name}: the plugin's next call is answered`)
  }
  const beyond = Math.round(result.outageMs - result.controlMs)
  t.ok(beyond <= maxOutageMs, `${name}: cost the neighbour ${beyond} ms`, {
    outageMs: result.outageMs,
    controlMs: result.controlMs,
  })
}

/** The worst of each kind, with the attack it comes from. */
function summary(report: AttackReport): string[] {
  const worst = (of: (result: AttackResult) => number, unit: string): string => {
    const [first] = [...report.results].sort((a, b) => of(b) - of(a))
    return first === undefined ? 'none' : `${Math.round(of(first))} ${unit} (${first.attack.name})`
  }
  return [
    `attacks ${report.results.length}, lanes lost ${report.lanesLost}, neighbour's calls ${report.neighbourCalls}`,
    `worst caller latency ${worst(({ latencyMs }) => latencyMs, 'ms')}`,
    `worst neighbour outage ${worst(({ outageMs }) => outageMs, 'ms')}; beyond its twin's ${worst(
      ({ outageMs, controlMs }) => outageMs - controlMs,
      'ms',
    )}`,
    `peak memory of a lane ${worst(({ peakMb }) => peakMb, 'MiB')}; host busy ${report.hostBusyMs.toFixed(1)} ms; left over ${report.left.length}`,
  ]
}
