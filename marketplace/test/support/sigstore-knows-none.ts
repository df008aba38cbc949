import { createRequire } from 'node:module'

/**
 * Preloaded into npm where there is no network: before it asks a registry for its keys, it asks Sigstore's repository
 * at its fixed address, which knows none of a registry like ours. All else of npm is as it is.
 */
const root = new URL('../../../node_modules/npm/package.json', import.meta.url)
const sigstore = createRequire(root)('@sigstore/tuf')
sigstore.initTUF = async () => ({
  getTarget: async () => {
    throw Object.assign(new Error('Sigstore has no such target'), { code: 'TUF_FIND_TARGET_ERROR' })
  },
})
