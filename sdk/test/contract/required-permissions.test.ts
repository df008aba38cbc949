import t from 'tap'
import type { Contract } from '../../src/contract/contract.ts'
import { permissionFaults } from '../../src/contract/required-permissions.ts'
import type { Manifest } from '../../src/manifest/manifest.ts'

const contract = (requires?: string, requiresIn?: 'unit') =>
  ({
    id: 'stock.one',
    major: 1,
    operations: {
      count: { input: {}, output: {} },
      override: { input: {}, output: {}, requires, requiresIn },
    },
  }) as unknown as Contract

const manifest = (...ids: readonly string[]) =>
  ({
    provides: { permissions: ids.map((id) => ({ id, label: { en: id } })) },
  }) as unknown as Manifest

t.test('an operation requires nothing, or what its own plugin declares', async (t) => {
  t.same(permissionFaults(contract(), manifest()), [])
  t.same(permissionFaults(contract('stock.override'), manifest('stock.override')), [])
  t.match(permissionFaults(contract('stock.override'), manifest('stock')), [
    { pointer: '/operations/override/requires' },
  ])
  t.equal(permissionFaults(contract('toString'), {} as Manifest).length, 1)
  t.match(permissionFaults(contract(undefined, 'unit'), manifest()), [
    { pointer: '/operations/override/requiresIn' },
  ])
  const inUnits = contract('stock.override', 'unit')
  t.same(permissionFaults(inUnits, manifest('stock.override')), [])
})
