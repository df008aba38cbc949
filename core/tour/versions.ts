import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packPlugin } from '@signalbox/sdk/pack'
import type { Fault } from './plugin/src/fault.ts'

const source = join(import.meta.dirname, 'plugin')

export const plugin = '@tour/trend'
export const service = 'tour.trend'

/** The line of fault.ts that says what a version is. */
const healthy = "fault = 'none'"

/** Packs the demo plugin under a version and with a fault, in a folder that npm can publish. */
export async function packVersion(into: string, version: string, fault: Fault): Promise<string> {
  const folder = join(into, version)
  await mkdir(folder, { recursive: true })
  for (const part of ['src', 'contracts', 'migrations']) {
    await cp(join(source, part), join(folder, part), { recursive: true })
  }
  const faultFile = join(folder, 'src/fault.ts')
  const text = await readFile(faultFile, 'utf8')
  if (!text.includes(healthy)) throw new Error(`fault.ts no longer says "${healthy}"`)
  await writeFile(faultFile, text.replace(healthy, `fault = '${fault}'`))
  const packageJson = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as object
  // Packed here: in a temporary folder npm would not find the command of its prepack.
  const own = { ...packageJson, version, scripts: {} }
  await writeFile(join(folder, 'package.json'), JSON.stringify(own))
  await packPlugin(folder)
  return folder
}
