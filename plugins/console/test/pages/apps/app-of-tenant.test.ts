import t from 'tap'
import { listedWords, wrongOrigins } from '../../../web/pages/apps/app-of-tenant.ts'

t.test('words of a field are told apart by spaces, commas and lines, each once', async (t) => {
  t.same(listedWords(' a, b\nb\n\nc '), ['a', 'b', 'c'])
  t.same(listedWords(' \n'), [])
})

t.test('an origin has a scheme and a host, and nothing behind', async (t) => {
  const fine = ['https://board.example.com', 'http://127.0.0.1:8080']
  const wrong = ['board.example.com', 'https://board.example.com/', 'ftp://x.example', 'null']
  t.same(wrongOrigins([...fine, ...wrong]), wrong)
})
