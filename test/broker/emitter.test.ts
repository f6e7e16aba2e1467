import { expect, test } from 'vitest'
import { emitter } from '../../gateway/broker/emitter.ts'

const say = (mq: ReturnType<typeof emitter>, topic: string) =>
  new Promise<void>((resolve, reject) => mq.emit({ topic }, (error) => (error ? reject(error) : resolve())))

test('every listener of a matching filter hears a message once, and the sender hears when all are done', async () => {
  const mq = emitter()
  const heard: string[] = []
  const open: (() => void)[] = []
  mq.on('zone/+', ({ topic }, done) => {
    heard.push(`+ ${topic}`)
    done()
  })
  mq.on('zone/#', ({ topic }, done) => {
    heard.push(`# ${topic}`)
    open.push(() => done())
  })
  let isDone = false
  const said = say(mq, 'zone/a').then(() => (isDone = true))
  await Promise.resolve()
  expect([heard, isDone]).toEqual([['+ zone/a', '# zone/a'], false])
  open[0]?.()
  await said
  await say(mq, 'other')
  expect(heard).toHaveLength(2)
})

test('who comes later hears from then on, who leaves does not', async () => {
  const mq = emitter()
  const heard: string[] = []
  const listener = ({ topic }: { topic: string }, done: () => void) => {
    heard.push(topic)
    done()
  }
  await say(mq, 'a/b')
  await new Promise<void>((resolve) => mq.on('a/b', listener, resolve))
  await say(mq, 'a/b')
  await new Promise<void>((resolve) => mq.removeListener('a/b', listener, resolve))
  await say(mq, 'a/b')
  expect(heard).toEqual(['a/b'])
})

test('topics that somebody makes up do not fill the memory of who listens', async () => {
  const mq = emitter()
  let heard = 0
  mq.on('#', (_message, done) => {
    heard++
    done()
  })
  for (let n = 0; n < 25_000; n++) mq.emit({ topic: `t/${n}` }, () => {})
  await say(mq, 't/0')
  expect(heard).toBe(25_001)
})

test('closed, it takes nothing', async () => {
  const mq = emitter()
  await new Promise<void>((resolve) => mq.close(resolve))
  await expect(say(mq, 'a')).rejects.toThrow('closed')
})
