import type { Plugin } from 'vite'

const MODULE = '@rc-component/util/es/getScrollBarSize.js'
const CALL = '}`, randomId);'
const NONCE = "document.querySelector('script[nonce]')?.nonce"

/**
 * The library measures the bars of what scrolls by a style that has no nonce, which the policy of the page keeps out: it is given
 * that of the page.
 */
export function measuredBars(): Plugin {
  return {
    name: 'measured-bars',
    transform(code, id) {
      if (!id.split('?', 1)[0]?.endsWith(MODULE)) return undefined
      if (!code.includes(CALL)) this.error(`${MODULE} measures otherwise now: look again`)
      const changed = code.replace(CALL, `}\`, randomId, { csp: { nonce: ${NONCE} } });`)
      return { code: changed, map: null }
    },
  }
}
