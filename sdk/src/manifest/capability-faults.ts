import type { InputFault } from '../errors/coded-error.ts'

/** What of a manifest is looked at; its schema was looked at before. */
interface Wishes {
  readonly runtime: { readonly tier: string }
  readonly config?: unknown
  readonly secrets?: readonly { readonly name: string }[]
  readonly capabilities?: {
    readonly 'http:fetch'?: readonly {
      readonly origins?: unknown
      readonly originsFrom?: unknown
    }[]
    readonly 'secret:use'?: readonly {
      readonly name: string
      readonly origins?: unknown
      readonly reveal?: unknown
    }[]
  }
}

/** What a wish needs of the rest of the manifest, which its own schema cannot say. Pure. */
export function capabilityFaults(manifest: Wishes): readonly InputFault[] {
  return [...fetchFaults(manifest), ...unnamedSecrets(manifest), ...secretFaults(manifest)]
}

function fetchFaults({ capabilities, config }: Wishes): readonly InputFault[] {
  return (capabilities?.['http:fetch'] ?? []).flatMap(({ origins, originsFrom }, index) => {
    const pointer = `/capabilities/http:fetch/${index}`
    if (origins === undefined && originsFrom === undefined) {
      return [{ pointer, detail: 'must name origins, or in originsFrom the setting that does' }]
    }
    if (originsFrom === undefined || config !== undefined) return []
    const detail = 'needs settings: name their JSON Schema under config'
    return [{ pointer: `${pointer}/originsFrom`, detail }]
  })
}

/** A tenant can set only what `secrets` names: a wish for another would be granted, and never work. */
function unnamedSecrets({ capabilities, secrets = [] }: Wishes): readonly InputFault[] {
  return (capabilities?.['secret:use'] ?? []).flatMap(({ name }, index) => {
    if (secrets.some((secret) => secret.name === name)) return []
    const detail = `"${name}" is not in secrets: name it there, with a label`
    return [{ pointer: `/capabilities/secret:use/${index}/name`, detail }]
  })
}

/** A guest of the sandbox is never told a secret; a process with sockets of its own cannot do without. */
function secretFaults({ capabilities, runtime }: Wishes): readonly InputFault[] {
  return (capabilities?.['secret:use'] ?? []).flatMap(({ reveal, origins }, index) => {
    if (reveal === undefined) return []
    const pointer = `/capabilities/secret:use/${index}`
    const faults: InputFault[] = []
    if (runtime.tier !== 'trusted') {
      const detail = 'only a plugin of the tier trusted is told a secret: use ctx.secrets.ref'
      faults.push({ pointer: `${pointer}/reveal`, detail })
    }
    if (origins !== undefined) {
      const detail = 'bind nothing once the plugin was told the secret: leave them out'
      faults.push({ pointer: `${pointer}/origins`, detail })
    }
    return faults
  })
}
