import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { isStale, oldestStale } from '../api/stale.ts'
import { instantText } from '../parts/formats.ts'
import { ProblemNote } from '../parts/problem-note.tsx'
import { usePlace } from '../parts/use-place.ts'

/** What is shown could not be looked at again: it stays, and above it stands why it may be old. */
export function StaleNote() {
  const { t } = useTranslation()
  const place = usePlace()
  const queries = useQueryClient()
  const cache = queries.getQueryCache()
  const stale = useSyncExternalStore(
    useCallback((told) => cache.subscribe(told), [cache]),
    () => oldestStale(cache),
  )
  if (stale === undefined) return null
  const at = instantText(new Date(stale.dataUpdatedAt).toISOString(), place)
  return (
    <div className="stale-note">
      <ProblemNote error={stale.error}>
        <span>{t('stale', { at })}</span>
        <button
          type="button"
          className="plain-button"
          onClick={() => void queries.refetchQueries({ type: 'active', predicate: isStale })}
        >
          {t('again')}
        </button>
      </ProblemNote>
    </div>
  )
}
