import type { RecordedOutcome, Recording } from '../invocations/recording.ts'
import type { ReplayReport, ReplayVerdict } from '../invocations/replay/run-replay.ts'
import { say } from './language.ts'

const verdicts: Readonly<Record<ReplayVerdict, string>> = {
  same: say({
    en: 'Same outcome, by the same host calls.',
    'zh-CN': '结果相同，主机调用也相同。',
  }),
  different: say({
    en: 'Another outcome, and no redacted field was read.',
    'zh-CN': '结果不同，且未读取任何已脱敏字段。',
  }),
  'redacted-read': say({
    en: 'Another outcome; these redacted fields were read, and their values are not in the recording:',
    'zh-CN': '结果不同；以下已脱敏字段被读取，而录制中没有其值：',
  }),
}

/** A value longer than this tells a person no more; --json has all of it. */
const MAX_SHOWN = 200

/** A replay as a person reads it. */
export function replayLines(
  recording: Recording,
  report: ReplayReport,
  bundle: string | undefined,
): string[] {
  const { verdict, recorded, replayed, hostCalls, difference, read, logs } = report
  const { isolate, service, major, operation } = recording
  return [
    say(
      {
        en: '{plugin} {version} · {service}@{major}/{operation} · {bundle}',
        'zh-CN': '{plugin} {version} · {service}@{major}/{operation} · {bundle}',
      },
      {
        plugin: isolate.plugin,
        version: isolate.version,
        service,
        major,
        operation,
        bundle: bundle ?? say({ en: 'the bundle that ran', 'zh-CN': '当时运行的代码包' }),
      },
    ),
    say({ en: 'recorded: {outcome}', 'zh-CN': '录制：{outcome}' }, { outcome: shown(recorded) }),
    say({ en: 'replayed: {outcome}', 'zh-CN': '回放：{outcome}' }, { outcome: shown(replayed) }),
    say(
      {
        en: 'host calls: {recorded} recorded, {replayed} replayed',
        'zh-CN': '主机调用：录制 {recorded} 次，回放 {replayed} 次',
      },
      hostCalls,
    ),
    ...logs.map(({ level, message }) => `  ${level}: ${cut(message)}`),
    ...(difference === null ? [] : differenceLines(difference)),
    verdicts[verdict],
    ...(verdict === 'redacted-read'
      ? read.map(({ in: place, pointer }) => `  ${place} ${pointer || '/'}`)
      : []),
  ]
}

function differenceLines({
  in: place,
  pointer,
  recorded,
  replayed,
}: NonNullable<ReplayReport['difference']>): string[] {
  return [
    say(
      { en: 'first difference: {place} {pointer}', 'zh-CN': '第一处差异：{place} {pointer}' },
      { place, pointer },
    ).trimEnd(),
    `  - ${cut(text(recorded))}`,
    `  + ${cut(text(replayed))}`,
  ]
}

function shown(outcome: RecordedOutcome | null): string {
  if (outcome === null) {
    return say({ en: 'ended where it differed', 'zh-CN': '在出现差异处终止' })
  }
  const { kind, code, message, output } = outcome
  if (code === null) return `${kind} ${cut(text(output))}`
  return cut(`${code}: ${message}`)
}

function text(value: unknown): string {
  return value === undefined ? say({ en: 'nothing', 'zh-CN': '无' }) : JSON.stringify(value)
}

function cut(value: string): string {
  return value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value
}
