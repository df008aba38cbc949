import type { Plugin } from 'vite'

const NONCE = "document.querySelector('script[nonce]')?.nonce"

interface Change {
  /** How the file of the library ends. */
  readonly module: string
  readonly from: string
  readonly to: string
}

/** What the library does that the policy of the page keeps out, and how the same is let in. */
const changes: readonly Change[] = [
  {
    module: '@rc-component/util/es/getScrollBarSize.js',
    from: '}`, randomId);',
    to: `}\`, randomId, { csp: { nonce: ${NONCE} } });`,
  },
  {
    module: '@rc-component/input/es/calculateNodeHeight.js',
    from: "hiddenTextarea.setAttribute('style', ",
    to: '(hiddenTextarea.style.cssText = ',
  },
]

/**
 * The library measures the bars of what scrolls by a style without a nonce, and how high a text is by a style in an attribute:
 * the first is given the nonce of the page, the second is set as scripts may.
 */
export function measuredBars(): Plugin {
  return {
    name: 'measured-bars',
    transform(code, id) {
      const change = changes.find(({ module }) => id.split('?', 1)[0]?.endsWith(module))
      if (change === undefined) return undefined
      const { module, from, to } = change
      if (!code.includes(from)) this.error(`${module} measures otherwise now: look again`)
      return { code: code.replace(from, () => to), map: null }
    },
  }
}
