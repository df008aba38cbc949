import type { BlockSpec, OfferedPage } from '../page-spec.ts'
import type { PluginCommand, Widget } from './slot-spec.ts'

/** A card as what blocks and frames stand on: it is a page without an address. Pure. */
export function pageOfWidget({ spec, ...of }: Widget): OfferedPage {
  const { id, title, block, page, calls } = spec
  return {
    ...of,
    spec: {
      id,
      path: '/',
      title,
      ...(block === undefined ? {} : { blocks: [{ ...block, title }] }),
      ...(page === undefined ? {} : { page }),
      ...(calls === undefined ? {} : { calls }),
    },
  }
}

/** The form of a command as the page that it is alone on; undefined for a command that leads elsewhere. Pure. */
export function pageOfCommand({ spec, ...of }: PluginCommand): OfferedPage | undefined {
  const { id, title, form } = spec
  if (form === undefined) return undefined
  const block: BlockSpec = { kind: 'form', title, ...form }
  return { ...of, spec: { id, path: '/', title, blocks: [block] } }
}
