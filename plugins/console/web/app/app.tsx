import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { i18n } from 'i18next'
import { useEffect } from 'react'
import { I18nextProvider } from 'react-i18next'
import { RouterProvider } from 'react-router/dom'
import { NO_ANSWER, problemOf } from '../api/problem.ts'
import { changeLanguage } from '../texts/open-texts.ts'
import { preferences } from './preferences.ts'
import { openRouter } from './routes.tsx'
import { useStore } from './store.ts'
import { useIsDark } from './use-is-dark.ts'
import './app.css'
import './listing.css'
import './plain.css'

/** Nobody answered, somebody on the way did in the host's stead, or the host said that it is too much at once. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** A refusal is an answer; what passes is worth asking again. */
const isWorthAgain = (failures: number, error: unknown) => {
  const { status, code } = problemOf(error)
  return failures < 3 && (code === NO_ANSWER || PASSING.has(status))
}

const queries = new QueryClient({
  defaultOptions: { queries: { retry: isWorthAgain, staleTime: 10_000 } },
})

const router = openRouter()

export function App({ texts }: { texts: i18n }) {
  const { language, scheme } = useStore(preferences)
  const isDark = useIsDark(scheme)
  useEffect(() => {
    void changeLanguage(texts, language)
  }, [texts, language])
  useEffect(() => {
    document.documentElement.dataset['scheme'] = isDark ? 'dark' : 'light'
  }, [isDark])
  return (
    <I18nextProvider i18n={texts}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nextProvider>
  )
}
