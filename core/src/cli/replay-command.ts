import { createHash } from 'node:crypto'
import { Sandbox } from '@signalbox/sandbox'
import { defineCommand } from 'citty'
import { coreErrors } from '../errors.ts'
import type { Recording } from '../invocations/recording.ts'
import { type ReplayVerdict, runReplay } from '../invocations/replay/run-replay.ts'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { readNamedFile } from './named-file.ts'
import { print } from './output.ts'
import { replayLines } from './replay-lines.ts'

/** What a script can tell by the exit code. */
const exitCodes: Readonly<Record<ReplayVerdict, number>> = {
  same: 0,
  different: 1,
  'redacted-read': 2,
}

export const replayCommand = defineCommand({
  meta: {
    name: 'replay',
    description: say({
      en: 'Run a kept call again, here, with the same code, answers, clock and chance',
      'zh-CN': '在本机以相同的代码、应答、时钟与随机数重新运行一次已保留的调用',
    }),
  },
  args: {
    id: {
      type: 'positional',
      required: true,
      description: say({ en: 'The kept call, inv_…', 'zh-CN': '已保留的调用，inv_…' }),
    },
    bundle: {
      type: 'string',
      description: say({
        en: 'A bundle to try on the recording instead of the one that ran, such as dist/plugin.js',
        'zh-CN': '改用此代码包回放，例如 dist/plugin.js',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = `/v1/invocations/${encodeURIComponent(args.id)}`
    const kept = await client.request<{ recording?: Recording }>('GET', path)
    const { recording } = kept
    if (recording === undefined) {
      throw coreErrors.create('INVOCATION_NOT_RELEASED', { invocation: args.id })
    }
    if (recording.isolate.tier === 'trusted') {
      const { plugin, version } = recording.isolate
      throw coreErrors.create('REPLAY_TIER', { invocation: args.id, plugin, version })
    }
    const bundle =
      args.bundle === undefined
        ? recordedBundle(recording, await client.requestText('GET', `${path}/bundle`))
        : String(await readNamedFile(args.bundle, '--bundle'))
    const sandbox = await Sandbox.start({ lanes: 1 })
    try {
      const report = await runReplay((call) => sandbox.call(call), recording, bundle)
      const shown = { invocation: args.id, bundle: args.bundle ?? 'recorded', ...report }
      print(args.json, shown, replayLines(recording, report, args.bundle))
      process.exitCode = exitCodes[report.verdict]
    } finally {
      await sandbox.stop()
    }
  },
})

/** @throws CORE_REPLAY_BUNDLE_MISMATCH: what runs must be what ran. */
function recordedBundle({ id, isolate }: Recording, bundle: string): string {
  const expected = isolate.bundleSha256
  const reached = createHash('sha256').update(bundle).digest('hex')
  if (reached === expected) return bundle
  throw coreErrors.create('REPLAY_BUNDLE_MISMATCH', { invocation: id, expected, reached })
}
