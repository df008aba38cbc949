import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shiftAt } from '../src/shift.ts'
// @ts-expect-error: the page is plain JavaScript, as the browser runs it
import { sentenceOf } from '../ui/page.js'

test('every hour has its shift, also across midnight', () => {
  assert.deepEqual(
    [5, 6, 13, 14, 21, 22].map((hour) => shiftAt(hour).shift),
    ['night', 'early', 'early', 'late', 'late', 'night'],
  )
})

test('the page says it in both languages', () => {
  assert.equal(sentenceOf(shiftAt(7), 'en'), 'The early shift works until 14:00.')
  assert.equal(sentenceOf(shiftAt(23), 'zh-CN'), '当前为夜班，06:00 结束。')
})
