import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { problemOf } from '../api/problem.ts'
import { lookAgain } from '../api/use-change.ts'
import { ProblemNote } from './problem-note.tsx'

/** The answer to a change that was made upon an older look (RFC 9110 §15.5.13). */
const CHANGED_MEANWHILE = 412

/** Why a form was refused. What somebody else changed meanwhile takes the place of what was typed when it is asked for. */
export function ChangeNote({ error }: { error: Error | null }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  if (error === null) return null
  if (problemOf(error).status !== CHANGED_MEANWHILE) return <ProblemNote error={error} />
  return (
    <ProblemNote error={error}>
      <span>{t('loadNewerHint')}</span>
      <Button style={{ justifySelf: 'start' }} onClick={() => void lookAgain(queries)}>
        {t('loadNewer')}
      </Button>
    </ProblemNote>
  )
}
