import { median, rounded } from '../../sandbox/bench/figures.ts'
import { ChildServer } from './child-server.ts'
import { largePackage, publishTo, type Registry } from './registry-packages.ts'

/** With what npm adds, and base64's third, this is what the registry takes at most. */
const MEGABYTES = 19

/** A host of its own that is given packages of almost the largest size, one after the other. */
export async function measureLargePublishes(publishes: number) {
  const host = await ChildServer.start<Registry>('market-host-process.ts')
  try {
    const rssMb = async () => mb((await host.usage()).rss)
    const publish = (minor: number) =>
      publishTo(host.facts, largePackage('@bench/large', `1.${minor}.0`, MEGABYTES))
    // What the first one makes the host load stays.
    await publish(0)
    const before = await rssMb()
    const after: number[] = []
    const waits: number[] = []
    for (let minor = 1; minor <= publishes; minor++) {
      waits.push(await publish(minor))
      after.push(await rssMb())
      process.stderr.write(`large publish ${minor} of ${publishes}\n`)
    }
    const half = after.length / 2
    return {
      large_publish_megabytes: MEGABYTES,
      large_publish_ms_p50: Math.round(median(waits)),
      large_publish_rss_mb_before: before,
      large_publish_rss_mb_after: after.at(-1),
      large_publish_rss_mb_peak: mb((await host.usage()).maxRss),
      /** The second half beside the first: 1 is flat. */
      large_publish_rss_growth: rounded(median(after.slice(half)) / median(after.slice(0, half))),
      large_publish_rss_mb: after,
    }
  } finally {
    await host.stop()
  }
}

function mb(bytes = Number.NaN): number {
  return Math.round(bytes / 1024 / 1024)
}
