import { afterEach, describe, expect, test } from 'vitest'
import type { Camera } from '../../gateway/contract/camera.ts'
import { language } from '../../dashboard/i18n/language.ts'
import { firstState, type PlayState, type Shown } from '../../dashboard/live/play-state.ts'
import type { TileDetails } from '../../dashboard/live/tile-details.ts'
import { cameraRows, measureRows, stepRows } from '../../dashboard/wall/details.ts'
import { ageWord, type Look, lookOf, lookWord, messageOf, noteOf, tones } from '../../dashboard/wall/tile-words.ts'

afterEach(() => {
  language.value = 'zh-CN'
})

const nowUtcMs = Date.parse('2026-11-24T06:03:10Z')
const shown: Shown = {
  stream: 'sub',
  tier: 'mse',
  codec: 'avc1.4D401F',
  widthPx: 640,
  heightPx: 360,
  why: null,
  above: [],
  keyframesOnly: false,
}
const play = (state: Partial<PlayState>): PlayState => ({ ...firstState, ...state }) as PlayState
const camera = (status: Camera['state']['status'] = 'recording', sinceUtcMs = nowUtcMs - 125_000) =>
  ({
    id: 'a',
    name: 'A',
    device: null,
    main: null,
    sub: null,
    third: null,
    state: { status, sinceUtcMs },
  }) as unknown as Camera

describe('a tile says', () => {
  test.each<[Partial<PlayState>, string, string[]]>([
    [{ kind: 'connecting' }, '连接中', ['正在等待第一帧画面…']],
    [{ kind: 'stalled', sinceUtcMs: nowUtcMs - 5_000 }, '画面停于 14:03:05', []],
    [{ kind: 'refused', code: 'codec-unsupported', detail: null }, '此浏览器不能播放该摄像头的编码', []],
    [{ kind: 'refused', code: 'privacy', detail: 'x' }, '隐私遮挡', ['实时画面已停用；录像照常进行。']],
    [{ kind: 'refused', code: 'forbidden', detail: null }, '没有查看权限', ['此区域的画面不在您的账号范围内。']],
    [
      { kind: 'offline', reason: 'gateway-lost', detail: null, nextTryUtcMs: nowUtcMs + 8_000 },
      '与网关的视频连接中断',
      ['下次重试 14:03:18', '录像不受影响；正在自动重连。'],
    ],
  ])('for %o: %s', (state, title, lines) => {
    expect(messageOf(play(state), null, camera(), nowUtcMs)).toEqual({ title, lines })
  })

  test('of a camera that is away since when, the next try, and what to do', () => {
    const state = play({ kind: 'offline', reason: 'camera-timeout', detail: null, nextTryUtcMs: nowUtcMs + 5_000 })
    expect(messageOf(state, null, camera('offline'), nowUtcMs)).toEqual({
      title: '摄像头无应答',
      lines: ['自 14:01:05 起，已 2 分钟 5 秒', '下次重试 14:03:15', '检查摄像头的电源、网线和地址。'],
    })
  })

  test('nothing over a picture that moves; withheld goes before all', () => {
    expect(messageOf(play({ kind: 'live', ageMs: 200 }), null, camera(), nowUtcMs)).toBeUndefined()
    expect(messageOf(play({ kind: 'late', ageMs: 4_000 }), null, camera(), nowUtcMs)).toBeUndefined()
    expect(messageOf(play({ kind: 'live', ageMs: 200 }), 'disabled', camera(), nowUtcMs)?.title).toBe('已人工停用')
  })

  test.each<[Partial<PlayState>, string]>([
    [{ kind: 'live', ageMs: 240 }, '0.2 秒'],
    [{ kind: 'late', ageMs: 12_400 }, '12 秒'],
    // Not knowing is no age of zero.
    [{ kind: 'live', ageMs: null }, '时差未知'],
    [{ kind: 'connecting' }, ''],
  ])('the age of %o: %j', (state, expected) => {
    expect(ageWord(play(state))).toBe(expected)
  })

  test.each<[Partial<PlayState>, Camera, string | null]>([
    [{ kind: 'live', ageMs: 1, shown }, camera(), null],
    [{ kind: 'live', ageMs: 1, shown }, camera('offline'), '未录像'],
    [{ kind: 'live', ageMs: 1, shown: { ...shown, why: 'main-is-h265' } }, camera(), '主码流为 H.265，改用子码流'],
    [{ kind: 'late', ageMs: 1, shown, apart: true }, camera(), '落后太多，未参与同步'],
    [
      { kind: 'late', ageMs: 1, shown: { ...shown, why: 'opening', keyframesOnly: true } },
      camera(),
      '先显示关键帧，正在打开流畅画面…',
    ],
    [{ kind: 'stalled', sinceUtcMs: 1, shown: { ...shown, why: 'tier-full' } }, camera(), null],
  ])('why a moving picture is not the best: %o', (state, of, expected) => {
    expect(noteOf(play(state), of)).toBe(expected)
  })

  test('each look by a word of its own, in both languages', () => {
    const looks: Look[] = Object.keys(tones) as Look[]
    for (const one of ['zh-CN', 'en'] as const) {
      language.value = one
      expect(new Set(looks.map(lookWord)).size).toBe(looks.length)
    }
    expect(lookOf(play({ kind: 'live', ageMs: 1 }), 'privacy')).toBe('privacy')
    expect(lookOf(play({ kind: 'refused', code: 'missing', detail: null }), null)).toBe('refused')
  })
})

const details: TileDetails = {
  shown,
  step: 'sub',
  held: null,
  switching: false,
  fps: 15,
  kbps: 1_024.4,
  gopMs: 2_000,
  bFrames: true,
  ageMs: 240,
  lagMs: 180,
  targetMs: 250,
  together: 'off',
  presented: 12_345,
  dropped: 6,
  leftOut: 7,
  errors: { quota: 0, decode: 0, network: 0 },
  stalls: 1,
  rebuilds: 2,
  failed: [],
}
const told = (rows: readonly { readonly name: string; readonly value: string }[]) =>
  rows.map(({ name, value }) => `${name}: ${value}`)

describe('the card of a tile says', () => {
  test('that the best step is the best', () => {
    const best = { ...details, step: 'main' as const, shown: { ...shown, stream: 'main' as const } }
    expect(told(stepRows(best))).toEqual(['画质: 主码流 · 已是最好的一级'])
  })

  test('that a small picture needs no more', () => {
    expect(told(stepRows(details))).toEqual(['画质: 子码流', '原因: 画面小，子码流已够清楚；放大后用主码流'])
  })

  test('each better step and why it is not taken, and what the player itself holds back', () => {
    const low: TileDetails = {
      ...details,
      step: 'jpeg',
      switching: true,
      shown: {
        ...shown,
        tier: 'jpeg',
        why: 'tier-full',
        above: [
          { step: 'main', why: 'main-is-h265' },
          { step: 'sub', why: 'player-failed' },
          { step: 'mpeg1', why: 'tier-full' },
        ],
      },
    }
    expect(told(stepRows(low))).toEqual([
      // The reason of the last one is the reason of all: once.
      '画质: 每秒一张图',
      ': 正在后台打开另一路码流',
      '主码流: 主码流是 H.265，此浏览器不能播放',
      '子码流: 此浏览器播放它时出错或跟不上，稍后再试',
      '转码（MPEG-1，640×360）: 网关的转码名额已满',
    ])
    expect(told(stepRows({ ...details, held: 'no-main-left' }))[1]).toBe('原因: 主码流最多同时 4 路，已用完')
    expect(stepRows({ ...details, shown: null, step: null })).toEqual([])
  })

  test('what was measured, with units; what is not known is no zero', () => {
    expect(told(measureRows(details))).toEqual([
      '编码: avc1.4D401F（有 B 帧）',
      '尺寸: 640 × 360',
      '帧率: 15.0 帧/秒',
      '码率: 1\u202f024 kbit/s',
      '关键帧间隔: 2.00 s',
      '画面距今: 0.24 s',
      '缓冲: 0.18 s（目标 0.25 s）',
      '同步: 未开启',
      '帧: 已显示 12\u202f345，浏览器丢 6，网关略过 7',
      '已自愈的错误: 0',
      '停顿 / 重建: 1 / 2',
    ])
    const unknown = measureRows({
      ...details,
      shown: null,
      fps: null,
      kbps: null,
      gopMs: null,
      ageMs: null,
      lagMs: null,
    })
    expect(unknown.slice(0, 7).map(({ value }) => value)).toEqual(Array.from({ length: 7 }, () => '未知'))
    const healed = measureRows({ ...details, errors: { quota: 1, decode: 2, network: 3 }, together: 'apart' })
    expect(told(healed)).toContain('已自愈的错误: 缓冲满 1，解码 2，网络 3')
    expect(healed.find(({ warn }) => warn)?.value).toBe('落后太多，未参与')
  })

  test('of the camera whether it is recorded, and which streams it has', () => {
    const facts = { codec: 'H265' as const, widthPx: 1_920, heightPx: 1_080, fps: 25, kbps: 4_000 }
    expect(told(cameraRows({ ...camera('offline'), main: facts }))).toEqual([
      '录像: 未录像',
      '摄像头: 主码流 H265 1920×1080',
    ])
  })
})
