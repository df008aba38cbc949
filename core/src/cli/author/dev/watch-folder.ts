import { type FSWatcher, watch } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What no save of an author changes: what is built, installed, kept, an editor's own, or a log that our lines may go to. */
const IGNORED = /^(node_modules|dist|\..*|.*~|sed\w{6}|.*\.(swp|tmp|tgz|log))$/

/** An editor writes a file in several steps; what comes within this time is one save. */
const SETTLE_MS = 20

/**
 * Tells of each save below a folder. Each folder is watched for itself: editors replace a file rather than write into
 * it, and a watch of the file would end with that. Built files and node_modules are not looked into.
 * @param onSave told the instant of the first change, by performance.now()
 * @returns ends it
 */
export async function watchFolder(
  folder: string,
  onSave: (at: number) => void,
): Promise<() => void> {
  const watchers = new Map<string, FSWatcher>()
  let first: number | undefined
  let timer: NodeJS.Timeout | undefined
  const changed = () => {
    first ??= performance.now()
    clearTimeout(timer)
    timer = setTimeout(() => {
      const at = first ?? performance.now()
      first = undefined
      onSave(at)
    }, SETTLE_MS)
  }
  const leave = (path: string) => {
    watchers.get(path)?.close()
    watchers.delete(path)
  }
  const enter = async (path: string): Promise<void> => {
    if (!watchers.has(path)) {
      const watcher = watch(path, (_event, name) => {
        if (name !== null && IGNORED.test(name)) return
        void enter(path).catch(() => leave(path))
        changed()
      })
      watcher.on('error', () => leave(path))
      watchers.set(path, watcher)
    }
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.isDirectory() && !IGNORED.test(entry.name)) await enter(join(path, entry.name))
    }
  }
  await enter(folder)
  return () => {
    clearTimeout(timer)
    for (const path of [...watchers.keys()]) leave(path)
  }
}
