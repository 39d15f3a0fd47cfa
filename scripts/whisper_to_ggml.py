#!/usr/bin/env python3
"""Turns a Whisper model of CTranslate2 (model.bin and tokenizer.json in a folder) into the ggml
file that whisper.cpp reads. Lossless: half floats are copied, the rest is widened. No packages.

    whisper_to_ggml.py FOLDER OUTPUT
"""

import json
import math
import struct
import sys

HALF = 4
FORMAT = {0: "f", 1: "b", 2: "h", 3: "i", HALF: "e"}


class Tensor:
    """Raw numbers with a shape; rows can be cut without looking at them."""

    def __init__(self, shape, kind, data):
        self.shape, self.kind, self.data = shape, kind, data

    def rows(self, start, end):
        size = len(self.data) // self.shape[0]
        return Tensor([end - start] + self.shape[1:], self.kind, self.data[start * size : end * size])

    def reshaped(self, shape):
        return Tensor(shape, self.kind, self.data)

    def number(self):
        return struct.unpack("<" + FORMAT[self.kind], self.data)[0]

    def converted(self, kind):
        if self.kind == kind:
            return self.data
        size = struct.calcsize(FORMAT[self.kind])
        count = len(self.data) // size
        values = struct.unpack(f"<{count}{FORMAT[self.kind]}", self.data)
        return struct.pack(f"<{count}{FORMAT[kind]}", *values)


def read_model(path):
    with open(path, "rb") as file:

        def number(kind):
            return struct.unpack("<" + kind, file.read(struct.calcsize(kind)))[0]

        if number("I") != 6:
            sys.exit("not a model of CTranslate2, version 6")
        file.read(number("H"))
        number("I")
        tensors = {}
        for _ in range(number("I")):
            name = file.read(number("H"))[:-1].decode()
            shape = [number("I") for _ in range(number("B"))]
            kind = number("B")
            tensors[name] = Tensor(shape, kind, file.read(number("I")))
        return tensors


def mel_filters(bands, rate=16000, window=400):
    """Slaney's filters, as librosa makes them."""

    def to_mel(hertz):
        return 15 + math.log(hertz / 1000) / (math.log(6.4) / 27) if hertz >= 1000 else hertz / (200 / 3)

    def to_hertz(mel):
        return 1000 * math.exp((math.log(6.4) / 27) * (mel - 15)) if mel >= 15 else mel * (200 / 3)

    bins = [rate / 2 * n / (window // 2) for n in range(1 + window // 2)]
    top = to_mel(rate / 2)
    edges = [to_hertz(top * n / (bands + 1)) for n in range(bands + 2)]
    rows = []
    for band in range(bands):
        low, middle, high = edges[band : band + 3]
        height = 2 / (high - low)
        rows.append([max(0, min((f - low) / (middle - low), (high - f) / (high - middle))) * height for f in bins])
    return rows


def byte_of_letter():
    """GPT-2 writes bytes as printable letters; this reads them back."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {chr(byte): byte for byte in plain}
    spare = 256
    for byte in range(256):
        if byte not in plain:
            letters[chr(spare)] = byte
            spare += 1
    return letters


class Writer:
    def __init__(self, file):
        self.file = file

    def put(self, name, tensor, is_half):
        data, name = tensor.converted(HALF if is_half else 0), name.encode()
        self.file.write(struct.pack("<3i", len(tensor.shape), len(name), int(is_half)))
        self.file.write(struct.pack(f"<{len(tensor.shape)}i", *reversed(tensor.shape)))
        self.file.write(name)
        self.file.write(data)

    def norm(self, name, tensors, source):
        self.put(name + ".weight", tensors[source + "/gamma"], False)
        self.put(name + ".bias", tensors[source + "/beta"], False)

    def linear(self, name, weight, bias=None):
        self.put(name + ".weight", weight, True)
        if bias is not None:
            self.put(name + ".bias", bias, False)

    def self_attention(self, name, tensors, source, width):
        weight, bias = tensors[source + "/linear_0/weight"], tensors[source + "/linear_0/bias"]
        self.linear(name + ".query", weight.rows(0, width), bias.rows(0, width))
        self.linear(name + ".key", weight.rows(width, 2 * width))
        self.linear(name + ".value", weight.rows(2 * width, 3 * width), bias.rows(2 * width, 3 * width))
        self.linear(name + ".out", tensors[source + "/linear_1/weight"], tensors[source + "/linear_1/bias"])

    def cross_attention(self, name, tensors, source, width):
        query, queries = tensors[source + "/linear_0/weight"], tensors[source + "/linear_0/bias"]
        memory, memories = tensors[source + "/linear_1/weight"], tensors[source + "/linear_1/bias"]
        self.linear(name + ".query", query, queries)
        self.linear(name + ".key", memory.rows(0, width))
        self.linear(name + ".value", memory.rows(width, 2 * width), memories.rows(width, 2 * width))
        self.linear(name + ".out", tensors[source + "/linear_2/weight"], tensors[source + "/linear_2/bias"])


def layers(tensors, side):
    names = [name for name in tensors if name.startswith(f"{side}/layer_") and not name.startswith(f"{side}/layer_norm")]
    return max(int(name.split("layer_")[1].split("/")[0]) for name in names) + 1


def header(tensors):
    vocabulary, width = tensors["decoder/embeddings/weight"].shape
    return [
        vocabulary,
        tensors["encoder/position_encodings/encodings"].shape[0],
        width,
        tensors["encoder/num_heads"].number(),
        layers(tensors, "encoder"),
        tensors["decoder/position_encodings/encodings"].shape[0],
        width,
        tensors["decoder/num_heads"].number(),
        layers(tensors, "decoder"),
        tensors["encoder/conv1/weight"].shape[1],
        1,
    ]


def write_words(file, folder, vocabulary):
    with open(folder + "/tokenizer.json", encoding="utf-8") as source:
        words = json.load(source)["model"]["vocab"]
    ordinary = 50257 if vocabulary >= 51865 else 50256
    words = sorted((number, word) for word, number in words.items() if number < ordinary)
    letters = byte_of_letter()
    file.write(struct.pack("<i", len(words)))
    for _, word in words:
        known = all(letter in letters for letter in word)
        data = bytes(letters[letter] for letter in word) if known else word.encode()
        file.write(struct.pack("<i", len(data)))
        file.write(data)


def write_tensors(file, tensors, width):
    writer = Writer(file)
    for name in ("conv1", "conv2"):
        writer.put(f"encoder.{name}.weight", tensors[f"encoder/{name}/weight"], True)
        bias = tensors[f"encoder/{name}/bias"]
        writer.put(f"encoder.{name}.bias", bias.reshaped([bias.shape[0], 1]), False)
    writer.put("encoder.positional_embedding", tensors["encoder/position_encodings/encodings"], False)
    writer.put("decoder.positional_embedding", tensors["decoder/position_encodings/encodings"], False)
    writer.put("decoder.token_embedding.weight", tensors["decoder/embeddings/weight"], True)
    for side in ("encoder", "decoder"):
        for number in range(layers(tensors, side)):
            source, name = f"{side}/layer_{number}", f"{side}.blocks.{number}"
            writer.norm(name + ".attn_ln", tensors, source + "/self_attention/layer_norm")
            writer.self_attention(name + ".attn", tensors, source + "/self_attention", width)
            if side == "decoder":
                writer.norm(name + ".cross_attn_ln", tensors, source + "/attention/layer_norm")
                writer.cross_attention(name + ".cross_attn", tensors, source + "/attention", width)
            writer.norm(name + ".mlp_ln", tensors, source + "/ffn/layer_norm")
            for part, place in (("0", "linear_0"), ("2", "linear_1")):
                ffn = f"{source}/ffn/{place}"
                writer.linear(f"{name}.mlp.{part}", tensors[ffn + "/weight"], tensors[ffn + "/bias"])
    writer.norm("encoder.ln_post", tensors, "encoder/layer_norm")
    writer.norm("decoder.ln", tensors, "decoder/layer_norm")


def main(folder, output):
    tensors = read_model(folder + "/model.bin")
    numbers = header(tensors)
    with open(output, "wb") as file:
        file.write(struct.pack("<12i", 0x67676D6C, *numbers))
        filters = mel_filters(numbers[9])
        file.write(struct.pack("<2i", len(filters), len(filters[0])))
        for row in filters:
            file.write(struct.pack(f"<{len(row)}f", *row))
        write_words(file, folder, numbers[0])
        write_tensors(file, tensors, numbers[2])


main(sys.argv[1], sys.argv[2])
