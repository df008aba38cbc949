import type { LocalText } from '../texts/languages.ts'
import type { BoundInput } from './bind.ts'

/** What a plugin puts into console/page/v1; the host has checked it against schemas/page.json before it says that it fits. */
export interface PageSpec {
  readonly id: string
  readonly path: string
  readonly title: LocalText
  readonly group?: string
  readonly order?: number
  readonly requires?: string
  readonly params?: readonly string[]
  readonly blocks?: readonly BlockSpec[]
  /** What inputs and answers are called that no block shows. */
  readonly words?: readonly FieldSpec[]
  readonly page?: string
  readonly calls?: readonly CallSpec[]
}

/** An operation of a data service; the service with its major. */
export interface CallSpec {
  readonly service: string
  readonly operation: string
}

export interface SourceSpec extends CallSpec {
  readonly input?: BoundInput
}

type Format =
  | 'text'
  | 'number'
  | 'quantity'
  | 'percent'
  | 'money'
  | 'date'
  | 'datetime'
  | 'duration'
  | 'status'
  | 'boolean'
  | 'list'
  | 'code'

export interface ValueLabel {
  readonly value: string
  readonly label: LocalText
  readonly tone?: 'good' | 'warning' | 'bad' | 'neutral'
}

export interface FieldSpec {
  readonly field: string
  readonly label: LocalText
  readonly format?: Format
  readonly unit?: string
  readonly values?: readonly ValueLabel[]
}

export interface LinkSpec {
  readonly page: string
  readonly params: Readonly<Record<string, string>>
}

export interface ActionSpec extends SourceSpec {
  readonly label: LocalText
  readonly ask?: readonly string[]
  /** What the fields that are asked for hold at first. */
  readonly begin?: BoundInput
  readonly then?: LinkSpec
  readonly confirm?: LocalText
  readonly danger?: boolean
  readonly when?: { readonly field: string; readonly in: readonly string[] }
  readonly to?: string
}

export interface FilterSpec {
  readonly param: string
  readonly label: LocalText
  readonly kind: 'text' | 'choice' | 'date' | 'boolean'
  readonly choices?: readonly ValueLabel[]
}

interface Titled {
  readonly title?: LocalText
}

interface Sourced extends Titled {
  readonly source: SourceSpec
  readonly rows?: string
}

export interface TableSpec extends Sourced {
  readonly kind: 'table'
  readonly columns: readonly FieldSpec[]
  readonly filters?: readonly FilterSpec[]
  readonly link?: LinkSpec
  readonly actions?: readonly ActionSpec[]
  readonly empty?: LocalText
}

export interface FormSpec extends Titled, SourceSpec {
  readonly kind: 'form'
  readonly fields?: readonly string[]
  readonly submit?: LocalText
  readonly then?: LinkSpec
}

export interface DetailSpec extends Sourced {
  readonly kind: 'detail'
  readonly fields: readonly FieldSpec[]
  readonly actions?: readonly ActionSpec[]
}

export interface SeriesSpec {
  readonly field: string
  readonly label: LocalText
  readonly style?: 'line' | 'points' | 'bar' | 'band-low' | 'band-high' | 'limit'
}

export interface ChartSpec extends Sourced {
  readonly kind: 'chart'
  readonly chart: 'line' | 'bar' | 'scatter' | 'area' | 'fan' | 'control' | 'heatmap' | 'pareto'
  readonly x: { readonly field: string; readonly label: LocalText }
  readonly series: readonly SeriesSpec[]
  readonly marks?: { readonly rows: string; readonly x: string; readonly label: string }
}

export interface TimelineSpec extends Sourced {
  readonly kind: 'timeline'
  readonly at: string
  readonly heading: string
  readonly text?: string
  readonly tone?: string
  readonly values?: readonly ValueLabel[]
}

export interface KanbanSpec extends Sourced {
  readonly kind: 'kanban'
  readonly column: string
  readonly columns: readonly ValueLabel[]
  readonly card: readonly FieldSpec[]
  readonly link?: LinkSpec
  readonly actions?: readonly ActionSpec[]
}

export interface MapSpec extends Sourced {
  readonly kind: 'map'
  readonly latitude: string
  readonly longitude: string
  readonly label: string
  readonly at?: string
}

export interface PdfSpec extends Titled {
  readonly kind: 'pdf'
  readonly source: SourceSpec
  /** Where the answer names a file of the plugin by its SHA-256. */
  readonly blob?: string
  /** Where it has the file itself, in parts. */
  readonly content?: string
  readonly name?: string
}

export interface MetricSpec extends Titled {
  readonly kind: 'metric'
  readonly source: SourceSpec
  readonly values: readonly FieldSpec[]
}

export type BlockSpec =
  | TableSpec
  | FormSpec
  | DetailSpec
  | ChartSpec
  | TimelineSpec
  | KanbanSpec
  | MapSpec
  | PdfSpec
  | MetricSpec

/** An item of `GET /v1/tenants/{t}/contributions`. */
export interface Contributed {
  readonly plugin: string
  readonly version: string
  /** Where the files of its version are served from. */
  readonly base?: string
  readonly tier?: string
  readonly point: string
  readonly value: unknown
  readonly fits: boolean
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[]
  readonly owner: { readonly plugin: string; readonly version: string } | null
}

/** What somebody is shown of a plugin, and whose it is. */
export interface Offered<Spec> {
  readonly plugin: string
  readonly version: string
  readonly base: string | undefined
  readonly tier: string | undefined
  readonly spec: Spec
}

export type OfferedPage = Offered<PageSpec>
