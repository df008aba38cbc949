import type { LocalText } from '../../texts/languages.ts'
import type {
  CallSpec,
  ChartSpec,
  FormSpec,
  MetricSpec,
  Offered,
  TableSpec,
  TimelineSpec,
} from '../page-spec.ts'

/** What cards and commands have in common; the host has checked them against schemas/widget.json and schemas/command.json. */
export interface SlotSpec {
  readonly id: string
  readonly title: LocalText
  readonly order?: number
  readonly requires?: string
  readonly opens?: OpeningSpec
}

/** A page of the same plugin, and what its address is given. */
export interface OpeningSpec {
  readonly page: string
  readonly params?: Readonly<Record<string, string>>
}

/** What a plugin puts into console/widget/v1: either a block or a file of its own. */
export interface WidgetSpec extends SlotSpec {
  readonly block?: MetricSpec | TableSpec | ChartSpec | TimelineSpec
  readonly page?: string
  readonly height?: number
  readonly calls?: readonly CallSpec[]
}

/** What a plugin puts into console/command/v1: either `opens` or a form. */
export interface CommandSpec extends SlotSpec {
  readonly words?: readonly LocalText[]
  readonly form?: Omit<FormSpec, 'kind'>
}

export type Widget = Offered<WidgetSpec>
export type PluginCommand = Offered<CommandSpec>
