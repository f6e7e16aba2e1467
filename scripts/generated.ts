import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configJsonSchema } from '../gateway/lib/config-file.ts'
import { root } from './programs.ts'

/** Files whose source is code, and what should stand in them. */
export function generatedFiles(): { file: string; text: string }[] {
  return [{ file: 'config/gateway.schema.json', text: `${JSON.stringify(configJsonSchema(), null, 2)}\n` }]
}

export function staleFiles(): string[] {
  return generatedFiles()
    .filter(({ file, text }) => !existsSync(join(root, file)) || readFileSync(join(root, file), 'utf8') !== text)
    .map(({ file }) => `${file}: not what its source says; run npm run generate`)
}
