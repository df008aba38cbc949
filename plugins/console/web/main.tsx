import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { giveStylesNonce } from './app/nonce-styles.ts'
import { preferences } from './app/preferences.ts'
import { readNonce } from './app/this-page.ts'
import { openTexts } from './texts/open-texts.ts'

const nonce = readNonce()
if (nonce !== undefined) giveStylesNonce(nonce)
const root = document.getElementById('app')
if (root !== null) {
  const { language } = preferences.get()
  document.documentElement.lang = language
  const texts = await openTexts(language)
  createRoot(root).render(<App texts={texts} />)
}
