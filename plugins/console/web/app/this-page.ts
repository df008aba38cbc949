/** Which version of the console this is, as the host wrote it into the page. */
export interface ThisPage {
  readonly plugin: string
  readonly version: string
  readonly arm: 'stable' | 'canary'
  readonly base: string
}

export const CONSOLE_PATH = '/console'

export function readThisPage(): ThisPage {
  const text = document.getElementById('signalbox-page')?.textContent ?? ''
  // Without a host (the development server of the page) nothing was put in.
  if (!text.startsWith('{'))
    return { plugin: '@signalbox/console', version: 'dev', arm: 'stable', base: '' }
  return JSON.parse(text) as ThisPage
}

/** The nonce by which styles are let in: browsers hide it in the attribute, not in the property. */
export function readNonce(): string | undefined {
  return document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce || undefined
}
