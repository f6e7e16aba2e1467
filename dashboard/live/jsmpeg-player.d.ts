/** The parts of @cycjimmy/jsmpeg-player 6.1 that the MPEG-1 picture uses; the package brings no types. */
declare module '@cycjimmy/jsmpeg-player' {
  export interface JsmpegRenderer {
    resize(width: number, height: number): void
  }
  export interface JsmpegVideo {
    connect(destination: JsmpegRenderer): void
    /** Decodes one picture and hands it on. @returns whether there was one */
    decode(): boolean
  }
  export interface JsmpegModule {
    readonly Demuxer: {
      readonly TS: new () => {
        connect(streamId: number, destination: JsmpegVideo): void
        write(bytes: Uint8Array): void
      }
    }
    readonly Decoder: {
      readonly MPEG1Video: new (options: { streaming: boolean; decodeFirstFrame: boolean }) => JsmpegVideo
    }
    readonly Renderer: {
      readonly Canvas2D: new (options: { canvas: HTMLCanvasElement; disableGl: boolean }) => JsmpegRenderer
    }
  }
  const JSMpeg: JsmpegModule
  export default JSMpeg
}
