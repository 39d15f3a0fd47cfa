"""LiveKit's Python SDK: plays a tone, shows a camera and a screen, reports which other tones, texts and data it got, and stays
until its standard input ends. A line on its standard input makes it listen and report again.

    python client.py <url> <token> <own Hz> <all Hz, with commas>
"""

import asyncio
import json
import sys
import time

import numpy
from livekit import rtc

RATE = 48_000


class Client:
    def __init__(self, hz: int, others: list[int]) -> None:
        self.hz = hz
        self.others = others
        self.heard: set[int] = set()
        self.texts: list[str] = []
        self.data: list[str] = []
        self.tasks: set[asyncio.Task] = set()
        self.is_reported = False
        self.reconnects = 0

    def start(self, work) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def listen(self, track: rtc.Track) -> None:
        """Collects a second at a time and names its tone."""
        collected = numpy.zeros(0, dtype=numpy.int16)
        async for event in rtc.AudioStream(track, sample_rate=RATE, num_channels=1):
            samples = numpy.frombuffer(event.frame.data, dtype=numpy.int16)
            collected = numpy.concatenate([collected, samples])
            if len(collected) < RATE:
                continue
            spectrum = numpy.abs(numpy.fft.rfft(collected[:RATE] * numpy.hanning(RATE)))
            loudest = int(spectrum.argmax())
            if spectrum[loudest] > 1e6:
                self.heard.update(hz for hz in self.others if abs(hz - loudest) <= 2)
            collected = collected[RATE:]

    async def read(self, reader: rtc.TextStreamReader) -> None:
        self.texts.append(await reader.read_all())

    def has_everything(self) -> bool:
        return all(len(got) == len(self.others) for got in (self.heard, self.texts, self.data))

    async def show(self, room: rtc.Room, width: int, height: int, options: rtc.TrackPublishOptions) -> None:
        """Pictures in a grey that changes, so that they differ."""
        source = rtc.VideoSource(width, height)
        track = rtc.LocalVideoTrack.create_video_track("pictures", source)
        await room.local_participant.publish_track(track, options)
        count = 0
        while True:
            pixels = numpy.full((height, width, 4), count * 5 % 256, dtype=numpy.uint8)
            source.capture_frame(rtc.VideoFrame(width, height, rtc.VideoBufferType.RGBA, pixels.tobytes()))
            count += 1
            await asyncio.sleep(1 / 15)

    async def play(self, room: rtc.Room, is_over: asyncio.Event) -> None:
        started = time.monotonic()
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("tone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await room.local_participant.publish_track(track, options)
        camera = rtc.TrackPublishOptions(
            source=rtc.TrackSource.SOURCE_CAMERA, video_codec=rtc.VideoCodec.VP8, simulcast=True
        )
        self.start(self.show(room, 640, 480, camera))
        screen = rtc.TrackPublishOptions(
            source=rtc.TrackSource.SOURCE_SCREENSHARE, video_codec=rtc.VideoCodec.H264, simulcast=False
        )
        self.start(self.show(room, 320, 240, screen))
        at, has_said = 0, False
        while not is_over.is_set():
            wave = numpy.sin(2 * numpy.pi * self.hz * (numpy.arange(480) + at) / RATE) * 9_000
            await source.capture_frame(rtc.AudioFrame(wave.astype(numpy.int16).tobytes(), RATE, 1, 480))
            at += 480
            if not has_said and len(room.remote_participants) == len(self.others):
                has_said = True
                await room.local_participant.send_text(f"text {self.hz}", topic="greeting")
                await room.local_participant.publish_data(f"data {self.hz}".encode(), reliable=True, topic="greeting")
            if at % (RATE * 5) == 0:
                print(self.heard, self.texts, self.data, len(room.remote_participants), file=sys.stderr, flush=True)
            if not self.is_reported and self.has_everything():
                self.is_reported = True
                ms = round((time.monotonic() - started) * 1000)
                report = {"heard": sorted(self.heard), "texts": self.texts, "data": self.data, "reconnects": self.reconnects, "sid": room.local_participant.sid, "ms": ms}
                print(json.dumps(report, separators=(",", ":")), flush=True)


async def main() -> None:
    url, token, hz, every = sys.argv[1:]
    client = Client(int(hz), [int(other) for other in every.split(",") if other != hz])
    room = rtc.Room()

    @room.on("track_subscribed")
    def _(track: rtc.Track, *_others) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            client.start(client.listen(track))

    @room.on("data_received")
    def _(packet: rtc.DataPacket) -> None:
        client.data.append(packet.data.decode())

    @room.on("reconnected")
    def _() -> None:
        client.reconnects += 1

    room.register_text_stream_handler("greeting", lambda reader, _who: client.start(client.read(reader)))
    await room.connect(url, token, rtc.RoomOptions(auto_subscribe=True))
    is_over = asyncio.Event()

    async def obey() -> None:
        while await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
            client.heard.clear()
            client.is_reported = False
        is_over.set()

    client.start(obey())
    await client.play(room, is_over)
    await room.disconnect()


asyncio.run(main())
