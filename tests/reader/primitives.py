"""The cryptography that docs/format.md names, written from the standards alone: BLAKE3 in its derive_key mode
(the BLAKE3 paper), XChaCha20-Poly1305 (RFC 8439 and draft-irtf-cfrg-xchacha-03) and Ed25519 verification (RFC 8032).

Slow and plain on purpose: it shares no code with the program, and nothing has to be installed for it.
"""

from __future__ import annotations

import hashlib
import struct

MASK = 0xFFFFFFFF

# BLAKE3

IV = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
DERIVE_KEY_CONTEXT, DERIVE_KEY_MATERIAL = 32, 64
CHUNK_BYTES, BLOCK_BYTES = 1024, 64


def _schedule() -> tuple[tuple[int, ...], ...]:
    rounds = [tuple(range(16))]
    for _ in range(6):
        rounds.append(tuple(rounds[-1][at] for at in PERMUTATION))
    return tuple(rounds)


SCHEDULE = _schedule()
COLUMNS_THEN_DIAGONALS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)


def _compress(chaining: tuple[int, ...], block: bytes, counter: int, length: int, flags: int) -> list[int]:
    words = struct.unpack("<16I", block.ljust(BLOCK_BYTES, b"\0"))
    state = [*chaining, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for order in SCHEDULE:
        for at, (a, b, c, d) in enumerate(COLUMNS_THEN_DIAGONALS):
            va, vb, vc, vd = state[a], state[b], state[c], state[d]
            va = (va + vb + words[order[2 * at]]) & MASK
            vd ^= va
            vd = (vd >> 16 | vd << 16) & MASK
            vc = (vc + vd) & MASK
            vb ^= vc
            vb = (vb >> 12 | vb << 20) & MASK
            va = (va + vb + words[order[2 * at + 1]]) & MASK
            vd ^= va
            vd = (vd >> 8 | vd << 24) & MASK
            vc = (vc + vd) & MASK
            vb ^= vc
            vb = (vb >> 7 | vb << 25) & MASK
            state[a], state[b], state[c], state[d] = va, vb, vc, vd
    return [state[at] ^ state[at + 8] for at in range(8)]


def _chunk(key: tuple[int, ...], chunk: bytes, counter: int, flags: int, root: int) -> tuple[int, ...]:
    blocks = [chunk[at : at + BLOCK_BYTES] for at in range(0, len(chunk), BLOCK_BYTES)] or [b""]
    chaining = key
    for at, block in enumerate(blocks):
        mode = flags | (CHUNK_START if at == 0 else 0)
        if at == len(blocks) - 1:
            mode |= CHUNK_END | root
        chaining = tuple(_compress(chaining, block, counter, len(block), mode))
    return chaining


def _tree(key: tuple[int, ...], data: bytes, first: int, flags: int, root: int) -> tuple[int, ...]:
    chunks = max(1, -(-len(data) // CHUNK_BYTES))
    if chunks == 1:
        return _chunk(key, data, first, flags, root)
    left = 1 << (chunks - 1).bit_length() - 1  # the largest power of two below the number of chunks
    cut = left * CHUNK_BYTES
    pair = _tree(key, data[:cut], first, flags, 0) + _tree(key, data[cut:], first + left, flags, 0)
    return tuple(_compress(key, struct.pack("<16I", *pair), 0, BLOCK_BYTES, flags | PARENT | root))


def derive(context: str, data: bytes) -> bytes:
    """D(context, data) of docs/format.md: 32 bytes of BLAKE3 in derive_key mode."""
    key = _tree(IV, context.encode(), 0, DERIVE_KEY_CONTEXT, ROOT)
    return struct.pack("<8I", *_tree(key, data, 0, DERIVE_KEY_MATERIAL, ROOT))


# XChaCha20-Poly1305


def _quarters(state: list[int]) -> None:
    for a, b, c, d in COLUMNS_THEN_DIAGONALS:
        for left, right, target, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[left] = (state[left] + state[right]) & MASK
            turned = state[target] ^ state[left]
            state[target] = (turned << turn | turned >> 32 - turn) & MASK


CHACHA = struct.unpack("<4I", b"expand 32-byte k")


def _chacha20_block(key: bytes, counter: int, nonce: bytes) -> bytes:
    start = [*CHACHA, *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce)]
    state = list(start)
    for _ in range(10):
        _quarters(state)
    return struct.pack("<16I", *((one + other) & MASK for one, other in zip(state, start)))


def _hchacha20(key: bytes, nonce: bytes) -> bytes:
    state = [*CHACHA, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce)]
    for _ in range(10):
        _quarters(state)
    return struct.pack("<8I", *state[:4], *state[12:])


def _poly1305(key: bytes, message: bytes) -> bytes:
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        block = message[at : at + 16]
        total = (total + int.from_bytes(block + b"\x01", "little")) * r % ((1 << 130) - 5)
    return ((total + int.from_bytes(key[16:], "little")) & (1 << 128) - 1).to_bytes(16, "little")


def open_xchacha20_poly1305(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes | None:
    """The plaintext of a ciphertext with its 16-byte tag behind it; None where the tag does not hold."""
    key = _hchacha20(key, nonce[:16])
    nonce = bytes(4) + nonce[16:]
    ciphertext, tag = sealed[:-16], sealed[-16:]
    padded = lambda part: part + bytes(-len(part) % 16)  # noqa: E731
    message = padded(associated) + padded(ciphertext) + struct.pack("<QQ", len(associated), len(ciphertext))
    if _poly1305(_chacha20_block(key, 0, nonce)[:32], message) != tag:
        return None
    stream = b"".join(_chacha20_block(key, 1 + at, nonce) for at in range(-(-len(ciphertext) // 64)))
    return bytes(one ^ other for one, other in zip(ciphertext, stream))


# Ed25519

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D_CURVE = -121665 * pow(121666, P - 2, P) % P


def _point_add(one: tuple, other: tuple) -> tuple:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D_CURVE % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point_times(scalar: int, point: tuple) -> tuple:
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _point_add(total, point)
        point = _point_add(point, point)
        scalar >>= 1
    return total


def _recover_x(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D_CURVE * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _decompress(data: bytes) -> tuple | None:
    number = int.from_bytes(data, "little")
    y = number & (1 << 255) - 1
    x = _recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def public_key(seed: bytes) -> bytes:
    """The Ed25519 public key of a 32-byte seed."""
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    x, y, z, _ = _point_times(scalar, BASE)
    inverse = pow(z, P - 2, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature of 64 bytes holds."""
    public, commitment = _decompress(key), _decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or public is None or commitment is None or scalar >= ORDER:
        return False
    challenge = hashlib.sha512(signature[:32] + key + message).digest()
    left = _point_times(scalar, BASE)
    right = _point_add(commitment, _point_times(int.from_bytes(challenge, "little") % ORDER, public))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)
