import { sha256 } from '@noble/hashes/sha2.js'
import { Refusal } from '@signalbox/sdk'
import { deflate } from 'pako'
import { bytesSyntax, dictionarySyntax } from '../pdf/syntax.ts'
import { Increment } from './increment.ts'
import type { PlainIncrement, PlanProofs, ProofsRequest, SigningPlan } from './signing-plan.ts'

type Store = Record<string, number>

/**
 * Proofs of validity for the long term (B-LT; ISO 32000-2, 12.8.4): what is in the store stays, what is new is added.
 * @throws PROOF_MISSING for an index that none of the proofs has
 */
export function dssIncrement(plan: SigningPlan, request: ProofsRequest): PlainIncrement {
  const increment = new Increment(plan)
  const certificates = added(increment, plan.proofs.certificates, request.certificates)
  const ocsps = added(increment, plan.proofs.ocsps, request.ocsps)
  const crls = added(increment, plan.proofs.crls, request.crls)
  const vri = { ...plan.proofs.vri }
  for (const entry of request.vri) {
    const entries = {
      ...listed('Cert', picked(certificates, request.certificates, entry.certificates)),
      ...listed('OCSP', picked(ocsps, request.ocsps, entry.ocsps)),
      ...listed('CRL', picked(crls, request.crls, entry.crls)),
    }
    vri[entry.key] = dictionarySyntax(entries)
  }
  const object = plan.proofs.object ?? increment.reserve()
  const store = {
    Type: '/DSS',
    ...listed('Certs', Object.values(certificates)),
    ...listed('OCSPs', Object.values(ocsps)),
    ...listed('CRLs', Object.values(crls)),
    ...(Object.keys(vri).length === 0 ? {} : { VRI: dictionarySyntax(vri) }),
  }
  increment.put(object, 0, dictionarySyntax(store))
  const catalog = { ...plan.catalog, entries: { ...plan.catalog.entries, DSS: `${object} 0 R` } }
  increment.put(catalog.object, catalog.generation, dictionarySyntax(catalog.entries))
  const { bytes, end } = increment.finish()
  const proofs: PlanProofs = { object, certificates, ocsps, crls, vri }
  return { bytes, nextPlan: { ...plan, ...end, catalog, proofs } }
}

function added(increment: Increment, there: Readonly<Store>, proofs: readonly Uint8Array[]): Store {
  const store = { ...there }
  for (const proof of proofs) {
    store[nameOf(proof)] ??= increment.addStream({ Filter: '/FlateDecode' }, deflate(proof))
  }
  return store
}

function picked(
  store: Readonly<Store>,
  proofs: readonly Uint8Array[],
  indexes: readonly number[],
): number[] {
  return indexes.map((index) => {
    const proof = proofs[index]
    const object = proof === undefined ? undefined : store[nameOf(proof)]
    if (object === undefined) {
      throw new Refusal('PROOF_MISSING', `There is no proof number ${index}: count from 0.`)
    }
    return object
  })
}

function listed(key: string, objects: readonly number[]): Record<string, string> {
  return objects.length === 0 ? {} : { [key]: `[${objects.map((one) => `${one} 0 R`).join(' ')}]` }
}

function nameOf(proof: Uint8Array): string {
  return bytesSyntax(sha256(proof)).slice(1, -1)
}
