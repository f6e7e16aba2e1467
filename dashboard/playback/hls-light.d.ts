/** The light build brings no types of its own; it has the same interface without subtitles, DRM and alternate audio. */
declare module 'hls.js/light' {
  export { default, default as Hls } from 'hls.js'
  export * from 'hls.js'
}
