#!/usr/bin/env python3
"""QR frames by assets/qr-frames-format.md alone.

    qr_frames.py encode FILE CHARS     prints all frames for QR codes of so many characters
    qr_frames.py decode OUTPUT         reads texts, one a line, from standard input

`decode` prints the SHA-256 of the file. Exit status 1 with the reason where the texts are not enough
or contradict each other. Standard library only; slow on purpose: sums and products as they are defined.
"""
import base64, hashlib, sys, zlib

BASIS = [0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012,
         0x6C98, 0x10D8, 0x6A72, 0xB900, 0xFDB8, 0xFB34, 0xFF38, 0x991E]


def polynomial(symbol):
    value = 0
    for bit, element in enumerate(BASIS):
        if symbol >> bit & 1:
            value ^= element
    return value


# logarithms to the base x, in the field as polynomials; then by symbols
POWER, value = [], 1
for _ in range(65535):
    POWER.append(value)
    value = value << 1 ^ (0x1002D if value & 0x8000 else 0)
SYMBOL = {polynomial(symbol): symbol for symbol in range(65536)}
assert len(SYMBOL) == 65536 and len(set(POWER)) == 65535
EXP = [SYMBOL[value] for value in POWER]
LOG = {symbol: exponent for exponent, symbol in enumerate(EXP)}


def interpolate(points, wanted):
    """The polynomial of least degree through `points`, at the points `wanted`."""
    places = list(points)
    weights = {}
    for i in places:
        if points[i]:
            weights[i] = LOG[points[i]] - sum(LOG[i ^ j] for j in places if j != i)
    values = []
    for x in wanted:
        whole = sum(LOG[x ^ i] for i in places)
        value = 0
        for i, weight in weights.items():
            value ^= EXP[(whole + weight - LOG[x ^ i]) % 65535]
        values.append(value)
    return values


def point(index, symbols, order):
    return index if index < symbols else order + index - symbols


def order(symbols):
    m = 1
    while m < symbols:
        m *= 2
    return m


def encode(file, chars):
    digest = hashlib.sha256(file).digest()
    stream = digest + file
    length = len(stream)
    stream += b"\0" * (length % 2)
    word = [stream[i] | stream[i + 1] << 8 for i in range(0, len(stream), 2)]
    k = len(word)
    m = order(k)
    points = dict(enumerate(word + [0] * (m - k)))
    word += interpolate(points, range(m, m + 3 * k))
    most = ((chars - 4) * 5 // 8 - 11) // 2
    n = -(-k // -(-k // most))
    frames = 4 * k // n if n < k else 1
    for frame in range(frames):
        first = frame * n
        body = b"".join(symbol.to_bytes(2, "little") for symbol in word[first:first + n])
        head = digest[:3] + length.to_bytes(2, "big") + first.to_bytes(2, "big")
        check = zlib.crc32(b"RSQA" + head + body).to_bytes(4, "big")
        text = base64.b32encode(head + body + check).decode().rstrip("=")
        yield "RSQA" + text


def read(text):
    """Id, length, first symbol and symbols; None where it is no frame."""
    text = text.strip().upper()
    if not text.startswith("RSQA") or len(text) > 4296:
        return None
    try:
        data = base64.b32decode(text[4:] + "=" * (-len(text[4:]) % 8))
    except ValueError:
        return None
    if len(data) < 13 or len(data) % 2 == 0:
        return None
    if zlib.crc32(b"RSQA" + data[:-4]) != int.from_bytes(data[-4:], "big"):
        return None
    length, first = int.from_bytes(data[3:5], "big"), int.from_bytes(data[5:7], "big")
    body = data[7:-4]
    symbols = [body[i] | body[i + 1] << 8 for i in range(0, len(body), 2)]
    k, n = (length + 1) // 2, len(symbols)
    if not 33 <= length <= 16416 or not 1 <= n <= k or -(-k // n) > 1024 or first + n > 4 * k:
        return None
    return data[:3], length, first, symbols


def decode(lines):
    transfers = {}
    for line in lines:
        frame = read(line)
        if frame is None:
            continue
        name, length, first, symbols = frame
        known = transfers.setdefault((name, length), {})
        for index, symbol in enumerate(symbols, first):
            known.setdefault(index, symbol)
    for (name, length), known in transfers.items():
        k = (length + 1) // 2
        if len(known) < k:
            continue
        m = order(k)
        points = {point(i, k, m): known[i] for i in sorted(known)[:k]}
        points.update((i, 0) for i in range(k, m))
        missing = [i for i in range(k) if i not in points]
        points.update(zip(missing, interpolate(points, missing)))
        stream = b"".join(points[i].to_bytes(2, "little") for i in range(k))[:length]
        digest = hashlib.sha256(stream[32:]).digest()
        if digest == stream[:32] and digest.startswith(name):
            return stream[32:]
    sys.exit("refused: no file in " + str(len(transfers)) + " transfers")


if sys.argv[1] == "encode":
    with open(sys.argv[2], "rb") as file:
        print("\n".join(encode(file.read(), int(sys.argv[3]))))
elif sys.argv[1] == "decode":
    file = decode(sys.stdin)
    with open(sys.argv[2], "wb") as output:
        output.write(file)
    print(hashlib.sha256(file).hexdigest())
