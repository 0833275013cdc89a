/**
 * The engine's fingerprints: SipHash-1-3 (Aumasson and Bernstein 2012, https://www.aumasson.jp/siphash/siphash.pdf) with the
 * key of `bytes/src/fingerprint.rs`. Stored rows hold them, so that translated rows need them too; the module itself exports
 * none, for its size counts and this is loaded only with a replay bundle.
 */

const MASK = 0xffff_ffff_ffff_ffffn;
const KEY = [0x6163_636f_7264_0001n, 0n] as const;
const UTF8 = new TextEncoder();

export function rotated(value: bigint, by: number): bigint {
  const bits = BigInt(by % 64);
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

/** Collects parts, each delimited, as the engine's `Digest` does. */
export class Digest {
  readonly #bytes: number[] = [];

  text(part: string): this {
    const bytes = UTF8.encode(part);
    this.#word(BigInt(bytes.length));
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  /** A number of 64 bits, signed or not. */
  number(part: bigint): this {
    this.#word(BigInt.asUintN(64, part));
    return this;
  }

  finish(): bigint {
    return sipHash13(KEY, this.#bytes);
  }

  #word(word: bigint): void {
    for (let at = 0n; at < 64n; at += 8n) this.#bytes.push(Number((word >> at) & 0xffn));
  }
}

/** The fingerprint of one text. */
export function fingerprint(text: string): bigint {
  return new Digest().text(text).finish();
}

/** A fingerprint as the checksum of a row, and as a mark: 16 digits. */
export function hex(value: bigint): string {
  return value.toString(16).padStart(16, "0");
}

export function sipHash13(key: readonly [bigint, bigint], bytes: ArrayLike<number>): bigint {
  let v0 = key[0] ^ 0x736f_6d65_7073_6575n;
  let v1 = key[1] ^ 0x646f_7261_6e64_6f6dn;
  let v2 = key[0] ^ 0x6c79_6765_6e65_7261n;
  let v3 = key[1] ^ 0x7465_6462_7974_6573n;
  const round = () => {
    v0 = (v0 + v1) & MASK;
    v1 = rotated(v1, 13) ^ v0;
    v0 = rotated(v0, 32);
    v2 = (v2 + v3) & MASK;
    v3 = rotated(v3, 16) ^ v2;
    v0 = (v0 + v3) & MASK;
    v3 = rotated(v3, 21) ^ v0;
    v2 = (v2 + v1) & MASK;
    v1 = rotated(v1, 17) ^ v2;
    v2 = rotated(v2, 32);
  };
  const { length } = bytes;
  const wordAt = (from: number, count: number): bigint => {
    let low = 0;
    let high = 0;
    for (let at = Math.min(count, 8) - 1; at >= 0; at--) {
      const byte = bytes[from + at] ?? 0;
      if (at >= 4) high = high * 256 + byte;
      else low = low * 256 + byte;
    }
    return (BigInt(high) << 32n) | BigInt(low);
  };
  const whole = length - (length % 8);
  for (let from = 0; from < whole; from += 8) {
    const word = wordAt(from, 8);
    v3 ^= word;
    round();
    v0 ^= word;
  }
  const last = (BigInt(length & 0xff) << 56n) | wordAt(whole, length - whole);
  v3 ^= last;
  round();
  v0 ^= last;
  v2 ^= 0xffn;
  round();
  round();
  round();
  return v0 ^ v1 ^ v2 ^ v3;
}
