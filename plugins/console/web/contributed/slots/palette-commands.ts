import type { Viewer } from '../../api/viewer.ts'
import type { Command } from '../../app/commands.ts'
import { textIn } from '../../texts/languages.ts'
import type { OfferedPage } from '../page-spec.ts'
import { openingPlace } from './opening.ts'
import type { PluginCommand } from './slot-spec.ts'

interface Around {
  readonly viewer: Viewer
  readonly pages: readonly OfferedPage[]
  /** What goes along to every page. */
  readonly keep: string
  readonly language: string
}

/**
 * Commands of plugins as entries of what Ctrl K finds, each with whose it is, so that none passes for the console's own. A form
 * is nothing for the operator, who calls no operation; one that leads to what is not offered is no entry. Pure.
 */
export function paletteCommands(
  commands: readonly PluginCommand[],
  { viewer, pages, keep, language }: Around,
): readonly Command[] {
  return commands.flatMap(({ plugin, spec }) => {
    const to =
      spec.form === undefined
        ? openingPlace(pages, plugin, spec.opens, keep)
        : formPlace(viewer, plugin, spec.id, keep)
    if (to === undefined) return []
    const words = (spec.words ?? []).map((one) => textIn(one, language))
    return [
      {
        place: to.pathname,
        search: to.search,
        label: textIn(spec.title, language),
        words,
        by: plugin,
      },
    ]
  })
}

function formPlace(viewer: Viewer, plugin: string, id: string, keep: string) {
  if (viewer.kind === 'operator') return undefined
  const pathname = `/commands/${encodeURIComponent(plugin)}/${encodeURIComponent(id)}`
  return { pathname, search: keep }
}
