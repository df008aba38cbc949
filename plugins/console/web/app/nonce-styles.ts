/**
 * Every style that a script of the page makes has the page's nonce. The library of controls measures scroll bars by one to
 * which it gives none: the policy of the page would keep it out, and the browser complain at each table.
 */
export function giveStylesNonce(nonce: string): void {
  const make = document.createElement.bind(document)
  const makeWithNonce = (name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = make(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = nonce
    return element
  }
  document.createElement = makeWithNonce as typeof document.createElement
}
