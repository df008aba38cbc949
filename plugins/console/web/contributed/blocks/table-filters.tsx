import { Button, Input, Select } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { textIn } from '../../texts/languages.ts'
import { useContributedPlace } from '../contributed-context.ts'
import type { FilterSpec } from '../page-spec.ts'

/** What narrows a table. It stands in the address, so that a view can be sent to somebody, and back leads back. */
export function TableFilters({ filters, name }: { filters: readonly FilterSpec[]; name: string }) {
  const { t } = useTranslation('contributed')
  const { params } = useContributedPlace()
  const [, setQuery] = useSearchParams()
  const bar = useRef<HTMLElement>(null)
  const set = (entries: readonly (readonly [string, string])[]) =>
    setQuery((before) => {
      const next = new URLSearchParams(before)
      for (const [param, value] of entries) {
        if (value === '') next.delete(param)
        else next.set(param, value)
      }
      return next
    })
  const isFiltered = filters.some(({ param }) => (params.get(param) ?? '') !== '')
  return (
    <search className="block-filters" aria-label={t('filters')} id={name} ref={bar} tabIndex={-1}>
      {filters.map((filter) => (
        <Filter
          key={filter.param}
          filter={filter}
          value={params.get(filter.param) ?? ''}
          onSet={(value) => set([[filter.param, value]])}
        />
      ))}
      {isFiltered && (
        <Button
          type="link"
          size="small"
          onClick={() => {
            set(filters.map(({ param }) => [param, '']))
            // The button goes; who pressed it stays here.
            bar.current?.focus()
          }}
        >
          {t('clear')}
        </Button>
      )}
    </search>
  )
}

interface FilterProps {
  readonly filter: FilterSpec
  readonly value: string
  readonly onSet: (value: string) => void
}

function Filter({ filter, value, onSet }: FilterProps) {
  const { i18n } = useTranslation('contributed')
  const label = textIn(filter.label, i18n.language)
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the label's own child
    <label>
      {label}
      {filter.kind === 'text' || filter.kind === 'date' ? (
        <TypedFilter filter={filter} value={value} onSet={onSet} />
      ) : (
        <ChosenFilter filter={filter} value={value} onSet={onSet} />
      )}
    </label>
  )
}

function TypedFilter({ filter, value, onSet }: FilterProps) {
  const [typed, setTyped] = useState(value)
  useEffect(() => setTyped(value), [value])
  const send = () => {
    if (typed !== value) onSet(typed.trim())
  }
  return (
    <Input
      size="small"
      type={filter.kind === 'date' ? 'date' : 'text'}
      maxLength={200}
      allowClear={filter.kind === 'text'}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onPressEnter={send}
      onBlur={send}
      onClear={() => onSet('')}
    />
  )
}

function ChosenFilter({ filter, value, onSet }: FilterProps) {
  const { t, i18n } = useTranslation('contributed')
  const options =
    filter.kind === 'boolean'
      ? [
          { value: 'true', label: t('yes') },
          { value: 'false', label: t('no') },
        ]
      : (filter.choices ?? []).map((choice) => ({
          value: choice.value,
          label: textIn(choice.label, i18n.language),
        }))
  return (
    <Select<string>
      size="small"
      allowClear
      showSearch={options.length > 10}
      popupMatchSelectWidth={false}
      style={{ minInlineSize: 130 }}
      aria-label={textIn(filter.label, i18n.language)}
      placeholder={t('any')}
      options={options}
      {...(value === '' ? {} : { value })}
      onChange={(next?: string) => onSet(next ?? '')}
    />
  )
}
