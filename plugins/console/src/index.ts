import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineTrustedPlugin } from '@signalbox/sdk'
import { type BuiltFiles, spoiltFiles } from './built-files.ts'

/** Below the working folder, which is the package's. */
const UI = 'ui'

export default defineTrustedPlugin({
  /** A page that lost a file in packing would first fail in somebody's browser. */
  selfTest: async () => {
    const built = JSON.parse(await readFile(join(UI, 'files.json'), 'utf8')) as BuiltFiles
    const spoilt = await spoiltFiles(built, (path) =>
      readFile(join(UI, path)).catch(() => undefined),
    )
    if (spoilt.length > 0)
      throw new Error(`not as they were built: ${spoilt.slice(0, 10).join(', ')}`)
  },
})
