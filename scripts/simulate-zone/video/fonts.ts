import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Font {
  readonly path: string
  readonly chinese: boolean
}

const chineseFonts = [
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
  '/System/Library/Fonts/PingFang.ttc',
  '/System/Library/Fonts/Hiragino Sans GB.ttc',
]
const latinFonts = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf',
  '/System/Library/Fonts/Helvetica.ttc',
]

/** fontconfig's answer, or undefined where there is no fontconfig or no font. */
async function fontconfig(pattern: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('fc-list', [pattern, 'file'])
    return stdout.split('\n')[0]?.replace(/:\s*$/, '').trim() || undefined
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return undefined
    throw cause
  }
}

async function canDrawText(): Promise<boolean> {
  const { stdout } = await run('ffmpeg', ['-hide_banner', '-filters'], { maxBuffer: 4_000_000 })
  return /\sdrawtext\s/.test(stdout)
}

/** A font for the names in the pictures, Chinese if there is one; undefined when there is none or ffmpeg cannot write. */
export async function findFont(): Promise<Font | undefined> {
  if (!(await canDrawText())) return undefined
  const chinese = chineseFonts.find((path) => existsSync(path)) ?? (await fontconfig(':lang=zh-cn'))
  if (chinese) return { path: chinese, chinese: true }
  const latin = latinFonts.find((path) => existsSync(path)) ?? (await fontconfig(':lang=en'))
  return latin ? { path: latin, chinese: false } : undefined
}
