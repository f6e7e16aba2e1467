/** `npm run generate`: writes the files that come from code. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedFiles } from './generated.ts'
import { root } from './programs.ts'

for (const { file, text } of generatedFiles()) writeFileSync(join(root, file), text)
