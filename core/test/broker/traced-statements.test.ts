import t from 'tap'
import { statementKind } from '../../src/broker/traced-statements.ts'

t.test(
  'a statement is told by its first word, and what is no such word by none of its own',
  (t) => {
    t.equal(statementKind("select 'secret'"), 'SELECT')
    t.equal(statementKind('\n  Insert into orders values (1)'), 'INSERT')
    t.equal(statementKind('with a as (select 1) select * from a'), 'WITH')
    t.equal(statementKind('/* secret */ select 1'), 'OTHER')
    t.equal(statementKind('selected'), 'OTHER')
    t.end()
  },
)
