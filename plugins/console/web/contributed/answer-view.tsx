import { Descriptions, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../parts/use-place.ts'
import { instant, wordsOf } from './cells.ts'
import { type InputSchema, propertyOf } from './contract-input.ts'
import { useContributedPlace } from './contributed-context.ts'
import { WideTable } from './wide-table.tsx'
import { valueWord, wordFor } from './words.ts'

interface Props {
  readonly value: unknown
  readonly schema: InputSchema | undefined
  readonly depth?: number
}

const MOST_DEPTH = 4
const MOST_COLUMNS = 12
const PAGE_ROWS = 20

/** An answer that no block describes: members beside each other, lists as tables, what is deeper as JSON. */
export function AnswerView({ value, schema, depth = 0 }: Props) {
  const { i18n } = useTranslation()
  const { words } = useContributedPlace()
  const scalar = useScalar()
  if (isTable(value)) return <Rows rows={value} schema={schema?.items} />
  if (typeof value !== 'object' || value === null || depth > MOST_DEPTH || isLocal(value)) {
    return <span>{scalar('', value, schema)}</span>
  }
  const members = Object.entries(value).filter(([, one]) => one !== null && one !== undefined)
  const isNested = ([, one]: [string, unknown]) =>
    isTable(one) ||
    (typeof one === 'object' && one !== null && !Array.isArray(one) && !isLocal(one))
  const plain = members.filter((one) => !isNested(one))
  const inner = (name: string) => (schema === undefined ? undefined : propertyOf(schema, name))
  return (
    <div className="stack">
      {plain.length > 0 && (
        <Descriptions
          size="small"
          bordered
          column={{ xs: 1, md: 2, xl: 3 }}
          items={plain.map(([name, one]) => ({
            key: name,
            label: wordFor(words, name, i18n.language),
            children: scalar(name, one, inner(name)),
          }))}
        />
      )}
      {members.filter(isNested).map(([name, one]) => (
        <div key={name} className="stack">
          <strong>{wordFor(words, name, i18n.language)}</strong>
          <AnswerView value={one} schema={inner(name)} depth={depth + 1} />
        </div>
      ))}
    </div>
  )
}

function Rows({
  rows,
  schema,
}: {
  rows: readonly Record<string, unknown>[]
  schema: InputSchema | undefined
}) {
  const { i18n } = useTranslation()
  const { words } = useContributedPlace()
  const scalar = useScalar()
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].slice(0, MOST_COLUMNS)
  return (
    <WideTable>
      <Table
        size="small"
        pagination={rows.length > PAGE_ROWS && { pageSize: PAGE_ROWS, showSizeChanger: false }}
        dataSource={rows.map((value, key) => ({ key, value }))}
        columns={names.map((name) => ({
          key: name,
          title: wordFor(words, name, i18n.language),
          render: (_: unknown, row: { value: Record<string, unknown> }) =>
            scalar(
              name,
              row.value[name],
              schema === undefined ? undefined : propertyOf(schema, name),
            ),
        }))}
      />
    </WideTable>
  )
}

function useScalar() {
  const { t, i18n } = useTranslation('contributed')
  const { words } = useContributedPlace()
  const place = usePlace()
  return (name: string, value: unknown, schema: InputSchema | undefined): string => {
    if (value === undefined || value === null) return '–'
    if (typeof value === 'boolean') return value ? t('yes') : t('no')
    if (Array.isArray(value)) return value.map((one) => wordsOf(one, place)).join(', ') || '–'
    if (typeof value !== 'string') return wordsOf(value, place)
    if (schema?.format === 'date-time') return instant(value, place)
    return valueWord(words, name, value, i18n.language)
  }
}

function isTable(value: unknown): value is readonly Record<string, unknown>[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
  )
}

function isLocal(value: object): boolean {
  return 'en' in value && typeof value.en === 'string'
}
