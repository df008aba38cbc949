import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { ConfigProvider, App as Messages } from 'antd'
import type { Locale } from 'antd/es/locale'
import type { i18n } from 'i18next'
import { useEffect, useState } from 'react'
import { I18nextProvider } from 'react-i18next'
import { RouterProvider } from 'react-router/dom'
import { NO_ANSWER, problemOf } from '../api/problem.ts'
import type { Language } from '../texts/languages.ts'
import { loadTexts } from '../texts/open-texts.ts'
import { preferences } from './preferences.ts'
import { openRouter } from './routes.tsx'
import { useStore } from './store.ts'
import { themeOf, useIsDark } from './theme.ts'
import { readNonce } from './this-page.ts'
import './app.css'
import './listing.css'

/** A refusal is an answer; only where none came is it worth asking again. */
const isWorthAgain = (failures: number, error: unknown) => {
  const { status, code } = problemOf(error)
  return failures < 3 && (code === NO_ANSWER || status === 503)
}

const queries = new QueryClient({
  defaultOptions: { queries: { retry: isWorthAgain, staleTime: 10_000 } },
})

const router = openRouter()
const nonce = readNonce()

export function App({ texts }: { texts: i18n }) {
  const { language, scheme } = useStore(preferences)
  const isDark = useIsDark(scheme)
  const locale = useLocale(language)
  useEffect(() => {
    void changeLanguage(texts, language)
  }, [texts, language])
  useEffect(() => {
    document.documentElement.dataset['scheme'] = isDark ? 'dark' : 'light'
  }, [isDark])
  return (
    <I18nextProvider i18n={texts}>
      <ConfigProvider
        theme={themeOf(isDark)}
        {...(nonce === undefined ? {} : { csp: { nonce } })}
        {...(locale === undefined ? {} : { locale })}
      >
        <Messages>
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </Messages>
      </ConfigProvider>
    </I18nextProvider>
  )
}

async function changeLanguage(texts: i18n, language: Language): Promise<void> {
  if (texts.language === language) return
  const loaded = await loadTexts(language)
  for (const [namespace, keys] of Object.entries(loaded)) {
    texts.addResourceBundle(language, namespace, keys)
  }
  await texts.changeLanguage(language)
  document.documentElement.lang = language
}

/** The words of the library's own controls. */
function useLocale(language: Language): Locale | undefined {
  const [locale, setLocale] = useState<Locale>()
  useEffect(() => {
    const loading =
      language === 'en' ? import('antd/es/locale/en_US') : import('antd/es/locale/zh_CN')
    let isWanted = true
    void loading.then(({ default: loaded }) => {
      if (isWanted) setLocale(loaded)
    })
    return () => {
      isWanted = false
    }
  }, [language])
  return locale
}
