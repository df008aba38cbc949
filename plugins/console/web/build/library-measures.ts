import type { Plugin } from 'vite'

interface Mend {
  readonly module: string
  readonly from: string
  readonly to: string
}

/**
 * The library measures by styles that the policy of the page keeps out: bars of what scrolls by a style without a nonce, which
 * is given that of the page; the height of a text by the attribute of a hidden field, which would stand there for all to see.
 * That field is styled by script, as the policy lets it be.
 */
const MENDS: readonly Mend[] = [
  {
    module: '@rc-component/util/es/getScrollBarSize.js',
    from: '}`, randomId);',
    to: "}`, randomId, { csp: { nonce: document.querySelector('script[nonce]')?.nonce } });",
  },
  {
    module: '@rc-component/input/es/calculateNodeHeight.js',
    from: "hiddenTextarea.setAttribute('style', ",
    to: 'hiddenTextarea.style.cssText = (',
  },
]

export function libraryMeasures(): Plugin {
  return {
    name: 'library-measures',
    transform(code, id) {
      const path = id.split('?', 1)[0] ?? ''
      const mend = MENDS.find(({ module }) => path.endsWith(module))
      if (mend === undefined) return undefined
      const { module, from, to } = mend
      if (!code.includes(from)) this.error(`${module} measures otherwise now: look again`)
      return { code: code.replace(from, () => to), map: null }
    },
  }
}
