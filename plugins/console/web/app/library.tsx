import { LoadingOutlined } from '@ant-design/icons'
import { ConfigProvider, App as Messages } from 'antd'
import type { Locale } from 'antd/es/locale'
import { type ReactNode, useEffect, useState } from 'react'
import { Outlet } from 'react-router'
import type { Language } from '../texts/languages.ts'
import { preferences } from './preferences.ts'
import { useStore } from './store.ts'
import { themeOf } from './theme.ts'
import { readNonce } from './this-page.ts'
import { useIsDark } from './use-is-dark.ts'
import { useMedia } from './use-media.ts'

const nonce = readNonce()

/** What the controls of the library need around them. Loaded with the first that is shown: the shell and the first page have none. */
export function Library({ children }: { children: ReactNode }) {
  const { language, scheme } = useStore(preferences)
  const isDark = useIsDark(scheme)
  const isStill = useMedia('(prefers-reduced-motion: reduce)')
  const locale = useLocale(language)
  return (
    <ConfigProvider
      theme={themeOf({ isDark, isStill })}
      // A word of two characters is written as it is elsewhere, and read aloud as one. The library's own sign of waiting moves in
      // and out, and stays, unseen and read aloud, where it is called back before it stood: an answer within a third of a second.
      button={{ autoInsertSpace: false, loadingIcon: <LoadingOutlined /> }}
      {...(nonce === undefined ? {} : { csp: { nonce } })}
      {...(locale === undefined ? {} : { locale })}
    >
      <Messages>{children}</Messages>
    </ConfigProvider>
  )
}

/** Around the pages that are made of them. */
export function LibraryPages() {
  return (
    <Library>
      <Outlet />
    </Library>
  )
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
