import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../scripts/programs.ts'
import { startChild } from '../support/children.ts'
import { tempFolder } from '../support/temp.ts'

/** A part that says its name and each signal, and leaves soon after the first one, or by itself after `endMs`. */
const partSource = `
  const [name, endMs] = process.argv.slice(2)
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => { console.log(name, signal); setTimeout(() => process.exit(0), 200) })
  setInterval(() => {}, 1_000)
  if (endMs) setTimeout(() => process.exit(3), Number(endMs))
  console.log(name, 'is up')
`

function runParts(...parts: string[][]) {
  const folder = tempFolder('parts')
  writeFileSync(join(folder, 'part.mjs'), partSource)
  writeFileSync(
    join(folder, 'together.ts'),
    `import { runTogether } from ${JSON.stringify(join(root, 'scripts/programs.ts'))}
     const parts = ${JSON.stringify(parts)}.map(([name, endMs = '']) =>
       ({ name, program: process.execPath, args: [${JSON.stringify(join(folder, 'part.mjs'))}, name, endMs] }))
     process.exitCode = await runTogether(parts)`,
  )
  return startChild(process.execPath, [join(folder, 'together.ts')])
}

test('a signal reaches each part once, however often a terminal and npm repeat it, and all are waited for', async () => {
  await using child = runParts(['a'], ['b'])
  await Promise.all([child.line(/^a is up/), child.line(/^b is up/)])
  child.signal('SIGINT')
  child.signal('SIGTERM')
  expect(await child.ended).toEqual({ code: 0, signal: null })
  // Of two signals that wait at the same time the system may hand over either first.
  const heard = child
    .stdout()
    .match(/^[ab] SIG.*$/gm)
    ?.toSorted()
  const [first] = heard?.[0]?.match(/SIG\w+/) ?? []
  expect(['SIGINT', 'SIGTERM']).toContain(first)
  expect(heard).toEqual([`a ${first}`, `b ${first}`])
})

test('when one part ends the others are ended too, and its exit code is kept', async () => {
  await using child = runParts(['a'], ['b', '400'])
  expect((await child.ended).code).toBe(3)
  expect(child.stdout()).toContain('a SIGTERM')
  expect(child.output()).toContain('b ended (exit code 3)')
})

test('a program that does not exist ends the rest with a message that names it', async () => {
  const folder = tempFolder('parts')
  const file = join(folder, 'together.ts')
  writeFileSync(
    file,
    `import { runTogether } from ${JSON.stringify(join(root, 'scripts/programs.ts'))}
     process.exitCode = await runTogether([
       { name: 'node', program: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] },
       { name: 'nothing', program: '/nonexistent/program', args: [] },
     ])`,
  )
  await using child = startChild(process.execPath, [file])
  expect((await child.ended).code).toBe(1)
  expect(child.output()).toContain('nothing ended')
})

test('set-up without apt or brew names what is missing in one line', async () => {
  const bin = join(tempFolder('bin'), 'bin')
  mkdirSync(bin)
  for (const tool of ['sh', 'cat', 'cksum', 'dirname', 'tr', 'grep', 'paste'])
    symlinkSync(`/usr/bin/${tool}`, join(bin, tool))
  await using child = startChild('/bin/sh', ['scripts/setup.sh', 'run'], { cwd: root, env: { PATH: bin } })
  expect((await child.ended).code).toBe(1)
  expect(child.output()).toBe('setup: missing, and there is neither apt-get nor brew to install it: ffmpeg\n')
})
