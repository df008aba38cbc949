import { inspectPackage, type PackageInspection, Sandbox } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'
import { preparePlugin } from '@signalbox/sdk/pack'
import { selfTest } from '../../../broker/self-test.ts'
import { packageTarball } from '../package-tarball.ts'
import { readPluginFolder } from '../plugin-folder.ts'
import { type NodeTests, runNodeTests } from './run-node-tests.ts'
import { type ExampleResult, tryExamples } from './try-examples.ts'

export interface TestReport {
  readonly plugin: string
  readonly version: string
  readonly selfTest: Pick<ExampleResult, 'outcome' | 'reason'>
  readonly examples: readonly ExampleResult[]
  readonly tests: NodeTests
  readonly ok: boolean
}

/**
 * Packs a plugin, looks into the package as a publish does, runs its self-test and its contracts' examples in a real
 * lane, and its own tests by Node's runner. Needs no database and no host.
 * @throws what packing and the check of the package say, with places
 */
export async function testPlugin(wished: string): Promise<TestReport> {
  const { folder, name: plugin, version } = await readPluginFolder(wished)
  await preparePlugin(folder)
  const inspected = await inspectPackage(await packageTarball(folder), { name: plugin, version })
  const guest = await tryInLane({ ...inspected, plugin, version })
  const tests = await runNodeTests(folder)
  const isFailed = [guest.selfTest, ...guest.examples].some(({ outcome }) => outcome === 'failed')
  return { plugin, version, ...guest, tests, ok: !isFailed && tests.failed.length === 0 }
}

async function tryInLane(
  tried: PackageInspection & { readonly plugin: string; readonly version: string },
): Promise<Pick<TestReport, 'selfTest' | 'examples'>> {
  const { manifest, files } = tried
  const bundle = files.find(({ path }) => path === manifest.runtime.entry)
  if (bundle === undefined || manifest.runtime.tier !== 'sandbox') {
    const reason = `${manifest.runtime.tier}: nothing of it runs in a lane`
    return { selfTest: { outcome: 'skipped', reason }, examples: [] }
  }
  const sandbox = await Sandbox.start({ lanes: 1 })
  try {
    const run = (call: Parameters<Sandbox['call']>[0]) => sandbox.call(call)
    const installation = { ...tried, bundleSha256: bundle.sha256 }
    const tested = await selfTest(run, installation, async () => ({ source: bundle.bytes })).then(
      () => ({ outcome: 'passed' }) as const,
      (error: unknown) => {
        if (error instanceof CodedError) {
          return { outcome: 'failed', reason: error.message } as const
        }
        throw error
      },
    )
    return { selfTest: tested, examples: await tryExamples(run, tried) }
  } finally {
    await sandbox.stop()
  }
}
