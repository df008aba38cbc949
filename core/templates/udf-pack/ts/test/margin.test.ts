import assert from 'node:assert/strict'
import { test } from 'node:test'
import { margin } from '../src/margin.ts'

test('the margin is a share of the price', () => {
  assert.equal(margin(10, 8), 0.2)
  assert.equal(margin(8, 10), -0.25)
})

test('without a price there is no margin', () => {
  assert.equal(margin(0, 8), null)
})
