#!/usr/bin/python3
"""RTSP cameras that nobody here wrote: Debian's GStreamer RTSP server.

Paths (K = 0..count-1), each a live test picture with clock and camera number burned in:
  /h264/K       H.264 baseline
  /h264b/K      H.264 main profile with B-frames: decode and presentation times differ
  /h265/K       H.265
  /h264aac/K    H.264 with AAC sound
  /h264pcma/K   H.264 with G.711 A-law sound
  /mjpeg/K      Motion JPEG: nothing a recorder by copy can use
  /h264change/K H.264 that goes to half its size and back, again and again, every --change-every seconds
  /h265change/K the same with H.265
--user and --password turn on digest authentication (--basic: basic). SIGUSR1 drops every client, as a rebooting camera does.
One encoder a path, shared by all clients, running only while somebody watches. Prints `rtsp://HOST:PORT/ ready` when it listens.
"""
import argparse
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", default="0", help="0 takes a free one")
    parser.add_argument("--kinds", default="h264", help="comma separated")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--kbps", type=int, default=600)
    parser.add_argument("--gop", type=int, default=30, help="frames from keyframe to keyframe")
    parser.add_argument("--change-every", type=int, default=4, help="seconds between two sizes of the kinds that change")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--basic", action="store_true")
    return parser.parse_args()


def size_caps(args, part=1):
    return f"video/x-raw,width={args.width // part},height={args.height // part},framerate={args.fps}/1"


def picture(args, k):
    return (
        f"videotestsrc is-live=true pattern={(0, 18, 13, 19)[k % 4]} ! "
        f'capsfilter name=size caps="{size_caps(args)}" ! '
        f'clockoverlay time-format="%Y-%m-%d %H:%M:%S" font-desc="Sans 24" ! '
        f'textoverlay text="camera {k}" valignment=top halignment=right font-desc="Sans 20" ! '
        f"timeoverlay valignment=bottom halignment=left ! videoconvert ! video/x-raw,format=I420 ! "
    )


def h264(args, k, b_frames=0):
    tune, profile = ("b-adapt=false", "main") if b_frames else ("tune=zerolatency", "baseline")
    return (
        picture(args, k)
        + f"x264enc bitrate={args.kbps} key-int-max={args.gop} bframes={b_frames} speed-preset=ultrafast {tune} ! "
        f"video/x-h264,profile={profile} ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 "
    )


def h265(args, k):
    return (
        picture(args, k)
        + f"x265enc bitrate={args.kbps} key-int-max={args.gop} speed-preset=ultrafast tune=zerolatency ! "
        f"h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1 "
    )


def tone(k, rate):
    return f"audiotestsrc is-live=true freq={300 + 50 * k} ! audio/x-raw,rate={rate},channels=1 ! "


KINDS = {
    "h264": h264,
    "h264b": lambda args, k: h264(args, k, b_frames=2),
    "h265": h265,
    "h264aac": lambda args, k: h264(args, k) + tone(k, 48000) + "audioconvert ! avenc_aac ! rtpmp4gpay name=pay1 pt=97 ",
    "h264pcma": lambda args, k: h264(args, k) + tone(k, 8000) + "alawenc ! rtppcmapay name=pay1 pt=8 ",
    "h264change": h264,
    "h265change": h265,
    "mjpeg": lambda args, k: picture(args, k) + "jpegenc quality=60 ! rtpjpegpay name=pay0 pt=26 ",
}


def change_size(args, media):
    """Turns the encoder's size over as long as somebody watches; each time it sends new parameter sets."""
    size = media.get_element().get_by_name("size")
    state = {"part": 1, "watched": True}

    def turn():
        if not state["watched"]:
            return False
        state["part"] = 3 - state["part"]
        size.set_property("caps", Gst.Caps.from_string(size_caps(args, state["part"])))
        return True

    GLib.timeout_add_seconds(args.change_every, turn)
    media.connect("unprepared", lambda _media: state.update(watched=False))


def demand_login(server, args):
    """Returns the permissions that each path must carry."""
    auth = GstRtspServer.RTSPAuth()
    method = GstRtsp.RTSPAuthMethod.BASIC if args.basic else GstRtsp.RTSPAuthMethod.DIGEST
    auth.set_supported_methods(method)
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "user")
    if args.basic:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(args.user, args.password), token)
    else:
        auth.add_digest(args.user, args.password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    for right in (GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS, GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT):
        permissions.add_permission_for_role("user", right, True)
    return permissions


def main():
    args = arguments()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(args.address)
    server.set_service(args.port)
    permissions = demand_login(server, args) if args.user else None
    for kind in args.kinds.split(","):
        for k in range(args.count):
            factory = GstRtspServer.RTSPMediaFactory()
            factory.set_launch("( " + KINDS[kind](args, k) + ")")
            factory.set_shared(True)
            factory.set_latency(100)
            if kind.endswith("change"):
                factory.connect("media-configure", lambda _factory, media: change_size(args, media))
            if permissions:
                factory.set_permissions(permissions)
            server.get_mount_points().add_factory(f"/{kind}/{k}", factory)
    if server.attach(None) == 0:
        sys.exit(f"cannot listen on {args.address}:{args.port}")

    loop = GLib.MainLoop()

    def drop_clients():
        server.client_filter(lambda _server, _client: GstRtspServer.RTSPFilterResult.REMOVE)
        return True

    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1, drop_clients)
    for stop in (signal.SIGTERM, signal.SIGINT):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, stop, loop.quit)
    # Sessions of clients that vanished without a goodbye.
    GLib.timeout_add_seconds(2, lambda: (server.get_session_pool().cleanup(), True)[1])
    print(f"rtsp://{args.address}:{server.get_bound_port()}/ ready", flush=True)
    loop.run()


main()
