#!/usr/bin/python3
"""Cameras whose picture tells when it was taken: the time is drawn into each frame just before the encoder.

  clock-rtsp.py '[{"path": "/a/sub", "codec": "h264", "width": 640, "height": 360, "fps": 15, "kbps": 500, "gop": 15, "bFrames": 0}, ...]'

The top of the picture is one row of 40 square cells, white is 1: 32 bits of UTC milliseconds (highest first, modulo 2**32), then 8 bits of
checksum, see clock-cells.ts. One encoder a path, shared by all clients. It runs from the start, as a camera does: whoever comes, waits
for the next keyframe. SIGUSR2 turns the size of the paths with "changes": true over, between the whole and three quarters.
Prints `rtsp://127.0.0.1:PORT/ ready` when all encoders run.
"""
import json
import os
import random
import signal
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

CELLS = 40
BLACK, WHITE = b"\x10", b"\xeb"
# Noise of little contrast: enough to make the encoder need its bits.
SOFT = bytes(96 + value // 5 for value in range(256))


def cells_of(utc_ms):
    bits = utc_ms % (1 << 32)
    a, b, c, d = bits.to_bytes(4, "big")
    check = (a + 3 * b + 5 * c + 7 * d + 90) % 256
    return f"{bits:032b}{check:08b}"


class Painter:
    """I420 frames of one size: a drifting texture, a band of fresh noise, and the clock on top."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.cell = width // CELLS
        block_row = lambda: b"".join(bytes([SOFT[random.randrange(256)]]) * 16 for _ in range(width // 8))
        rows = [block_row() for _ in range(height // 16 + 1)]
        self.texture = [rows[y // 16] for y in range(height)]
        self.chroma = bytes([118]) * (width * height // 4) + bytes([134]) * (width * height // 4)

    def frame(self, count, utc_ms):
        line = b"".join((WHITE if bit == "1" else BLACK) * self.cell for bit in cells_of(utc_ms))
        line = line.ljust(self.width, BLACK)
        at = count % self.width
        noise_rows = self.height // 8
        noise = random.randbytes(self.width * noise_rows).translate(SOFT)
        middle = self.texture[self.cell : self.height - noise_rows]
        luma = line * self.cell + b"".join(row[at : at + self.width] for row in middle) + noise
        return luma + self.chroma


def encoder(stream):
    gop, kbps, b_frames = stream["gop"], stream["kbps"], stream.get("bFrames", 0)
    if stream.get("codec") == "h265":
        return f"x265enc bitrate={kbps} key-int-max={gop} speed-preset=ultrafast tune=zerolatency ! h265parse ! rtph265pay"
    tune = "b-adapt=false rc-lookahead=0 sync-lookahead=0 sliced-threads=true" if b_frames else "tune=zerolatency"
    profile = "main" if b_frames else "baseline"
    return (
        f"x264enc bitrate={kbps} key-int-max={gop} bframes={b_frames} threads=1 speed-preset=ultrafast {tune} ! "
        f"video/x-h264,profile={profile} ! h264parse ! rtph264pay"
    )


def caps_of(stream, quarters):
    width, height = stream["width"] * quarters // 4, stream["height"] * quarters // 4
    return f"video/x-raw,format=I420,width={width},height={height},framerate={stream['fps']}/1"


def film(stream, source, sizes):
    """Pushes frames at their time until the process ends."""
    painters = {quarters: Painter(stream["width"] * quarters // 4, stream["height"] * quarters // 4) for quarters in (3, 4)}
    quarters = sizes["quarters"]
    count, due = 0, time.monotonic() + random.random() / stream["fps"]
    while True:
        due += 1 / stream["fps"]
        time.sleep(max(0, due - time.monotonic()))
        if quarters != sizes["quarters"]:
            quarters = sizes["quarters"]
            source.set_property("caps", Gst.Caps.from_string(caps_of(stream, quarters)))
        frame = painters[quarters].frame(count, time.time_ns() // 1_000_000)
        source.emit("push-buffer", Gst.Buffer.new_wrapped(frame))
        count += 1


def add_path(server, stream, sizes):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(
        f'( appsrc name=lens is-live=true do-timestamp=true format=time block=false leaky-type=downstream max-buffers=4 '
        f'caps="{caps_of(stream, 4)}" ! {encoder(stream)} name=pay0 pt=96 config-interval=-1 )'
    )
    factory.set_shared(True)

    def begin(_factory, media):
        lens = media.get_element().get_by_name("lens")
        threading.Thread(target=film, args=(stream, lens, sizes), daemon=True).start()

    factory.connect("media-configure", begin)
    server.get_mount_points().add_factory(stream["path"], factory)


def keep_running(address, ready):
    """Watches a path for ever, so that its encoder never stops and never starts anew for a client."""
    watcher = Gst.parse_launch(f"rtspsrc name=from location={address} protocols=tcp latency=0 ! fakesink sync=false signal-handoffs=true name=to")
    seen = []

    def first(*_):
        if not seen:
            seen.append(True)
            GLib.idle_add(ready)

    watcher.get_by_name("to").connect("handoff", first)
    watcher.set_state(Gst.State.PLAYING)
    return watcher


def go_first():
    """Real cameras do not share their processor with whoever watches them: here they go first, where this user may say so."""
    try:
        os.nice(-15)
    except PermissionError as cause:
        print(f"cameras share the processor: {cause}", file=sys.stderr)


def main():
    streams = json.loads(sys.argv[1])
    go_first()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    changing = {"quarters": 4}
    for stream in streams:
        add_path(server, stream, changing if stream.get("changes") else {"quarters": 4})
    if server.attach(None) == 0:
        sys.exit("cannot listen")
    base = f"rtsp://127.0.0.1:{server.get_bound_port()}"
    waiting = [len(streams)]

    def ready():
        waiting[0] -= 1
        if waiting[0] == 0:
            print(f"{base}/ ready", flush=True)

    watchers = [keep_running(base + stream["path"], ready) for stream in streams]
    loop = GLib.MainLoop()

    def turn():
        changing["quarters"] = 7 - changing["quarters"]
        return True

    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR2, turn)
    for stop in (signal.SIGTERM, signal.SIGINT):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, stop, loop.quit)
    # Sessions of clients that vanished without a goodbye.
    GLib.timeout_add_seconds(2, lambda: (server.get_session_pool().cleanup(), True)[1])
    loop.run()
    for watcher in watchers:
        watcher.set_state(Gst.State.NULL)


main()
