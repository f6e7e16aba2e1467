import { expect, test } from 'vitest'
import { importsIn, layerProblems, sourceFiles } from '../../scripts/layers.ts'

test('imports only go down, features never meet, and nothing goes in circles', () => {
  expect(layerProblems()).toEqual([])
})

test('the search sees the sources', () => {
  expect(sourceFiles('gateway')).toContain('gateway/domain/failure.ts')
})

test.each<[string, string, { target: string; path?: string; typeOnly: boolean }[]]>([
  [
    'a value',
    `import { a } from '../lib/a.ts'`,
    [{ target: '../lib/a.ts', path: 'gateway/lib/a.ts', typeOnly: false }],
  ],
  ['a type', `import type { A } from './a.ts'`, [{ target: './a.ts', path: 'gateway/live/a.ts', typeOnly: true }]],
  [
    'only types',
    `import { type A, type B } from './a.ts'`,
    [{ target: './a.ts', path: 'gateway/live/a.ts', typeOnly: true }],
  ],
  [
    'a type and a value',
    `import { type A, b } from './a.ts'`,
    [{ target: './a.ts', path: 'gateway/live/a.ts', typeOnly: false }],
  ],
  [
    'many lines',
    `import {\n  a,\n  b,\n} from './a.ts'`,
    [{ target: './a.ts', path: 'gateway/live/a.ts', typeOnly: false }],
  ],
  ['a default and names', `import Db, { x } from 'better-sqlite3'`, [{ target: 'better-sqlite3', typeOnly: false }]],
  ['everything', `import * as all from "node:fs"`, [{ target: 'node:fs', typeOnly: false }]],
  ['an effect', `import './style.css'`, [{ target: './style.css', path: 'gateway/live/style.css', typeOnly: false }]],
  ['passed on', `export { a } from './a.ts'`, [{ target: './a.ts', path: 'gateway/live/a.ts', typeOnly: false }]],
  ['later', `const a = await import('./a.ts')`, [{ target: './a.ts', path: 'gateway/live/a.ts', typeOnly: false }]],
  ['a definition', `export const a = 'from'`, []],
])('an import is found: %s', (_name, text, imports) => {
  expect(importsIn('gateway/live/hub.ts', text)).toEqual(
    imports.map(({ path, ...rest }) => ({ file: 'gateway/live/hub.ts', path, ...rest })),
  )
})
