import { useTranslation } from 'react-i18next'
import { StatusTag, type Tone } from '../../parts/status-tag.tsx'
import { textIn } from '../../texts/languages.ts'
import type { ContractChange } from './version-plan.ts'

const MOST = 100

/** What differs between two versions of a contract, and what that means to who calls it. */
export function ContractChangeList({ changes }: { changes: readonly ContractChange[] }) {
  const { t, i18n } = useTranslation('marketplace')
  if (changes.length === 0) return '–'
  return (
    <ul className="change-list">
      {changes.slice(0, MOST).map(({ kind, operation, field, pointer, sentence }) => (
        <li key={`${pointer} ${kind} ${sentence.en}`}>
          <StatusTag tone={toneOf(kind)} label={isKnown(kind) ? t(`kinds.${kind}`) : kind} />
          <code>{[operation, field].filter((one) => one !== undefined).join(' ') || pointer}</code>{' '}
          {textIn(sentence, i18n.language)}
        </li>
      ))}
      {changes.length > MOST && <li>{t('moreChanges', { count: changes.length - MOST })}</li>}
    </ul>
  )
}

const KINDS = ['breaking', 'additive', 'docs'] as const

function isKnown(kind: string): kind is (typeof KINDS)[number] {
  return KINDS.some((one) => one === kind)
}

function toneOf(kind: string): Tone {
  if (kind === 'breaking') return 'bad'
  return kind === 'additive' ? 'good' : 'neutral'
}
