import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

const file = new URL('../package.json', import.meta.url)
const { signalbox } = JSON.parse(await readFile(file, 'utf8'))

test('every check has room between its bounds', () => {
  for (const { value } of signalbox.provides.contributes) {
    for (const { characteristic, lower, upper } of value.checks) {
      assert.ok(lower < upper, characteristic)
    }
  }
})

test('every value has a name in both languages', () => {
  for (const { value } of signalbox.provides.contributes) {
    assert.deepEqual(Object.keys(value.label).sort(), ['en', 'zh-CN'])
  }
})
