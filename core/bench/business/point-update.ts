import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Beside the plugin, as the host knows none of its code. */
const program = new URL(
  '../../../plugins/inventory-forecast/bench/point-update.ts',
  import.meta.url,
)

/** Computing of one more point of a fitted monthly series, in a process of its own: what a run adds to it is its transaction. */
export async function pointUpdate(): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await promisify(execFile)(process.execPath, [program.pathname])
  const { p50, p95 } = JSON.parse(stdout) as { p50: number; p95: number }
  const rounded = (ms: number) => Math.round(ms * 10_000) / 10_000
  return { point_update_ms: rounded(p50), point_update_ms_p95: rounded(p95) }
}
