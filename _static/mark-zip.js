// Zip files: written without compression, which needs no library, and read with the browser's own (DecompressionStream).
"use strict";

(() => {
  const desk = (window.standoffDesk ??= {});
  const MOST = 20e6; // bytes that are unpacked at most, whatever a zip file says of itself
  const NAMES = 500;
  const LOCAL = 0x04034b50;
  const CENTRAL = 0x02014b50;
  const END = 0x06054b50;

  const table = Uint32Array.from({ length: 256 }, (_, n) => {
    let value = n;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });

  function crc32(bytes) {
    let sum = ~0;
    for (const byte of bytes) sum = (sum >>> 8) ^ table[(sum ^ byte) & 255];
    return ~sum >>> 0;
  }

  // Numbers as little-endian bytes: [value, how many bytes], ...
  const packed = (...fields) => Uint8Array.from(fields.flatMap(([value, size]) => Array.from({ length: size }, (_, i) => value / 256 ** i)));

  // A zip file (Blob) of texts by their names.
  desk.zip = (files, now = new Date()) => {
    const day = ((now.getFullYear() - 1980) << 9) | ((now.getMonth() + 1) << 5) | now.getDate();
    const time = (now.getHours() << 11) | (now.getMinutes() << 5) | (now.getSeconds() >> 1);
    const encoder = new TextEncoder();
    const [pieces, directory] = [[], []];
    let offset = 0;
    for (const [path, text] of Object.entries(files)) {
      const [name, bytes] = [encoder.encode(path), encoder.encode(text)];
      const facts = [[20, 2], [0x800, 2], [0, 2], [time, 2], [day, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [name.length, 2], [0, 2]];
      const head = packed([LOCAL, 4], ...facts);
      directory.push(packed([CENTRAL, 4], [20, 2], ...facts, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), name);
      pieces.push(head, name, bytes);
      offset += head.length + name.length + bytes.length;
    }
    const size = directory.reduce((sum, { length }) => sum + length, 0);
    const count = directory.length / 2;
    const end = packed([END, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [offset, 4], [0, 2]);
    return new Blob([...pieces, ...directory, end], { type: "application/zip" });
  };

  // The bytes of a stream, or an Error when there are more than `most`.
  async function gathered(stream, most) {
    const pieces = [];
    let size = 0;
    for (const reader = stream.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return new Uint8Array(await new Blob(pieces).arrayBuffer());
      size += value.length;
      if (size > most) {
        reader.cancel().catch(() => {});
        throw new Error("it unpacks to more than 20 MB");
      }
      pieces.push(value);
    }
  }

  // A text as letters that may stand in an address, and back: packed as in a zip file. An Error says why it cannot be read.
  desk.toAddress = async (text) => {
    const packing = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const bytes = new Uint8Array(await new Response(packing).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };

  desk.fromAddress = async (letters) => {
    const bytes = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    return new TextDecoder().decode(await gathered(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")), MOST));
  };

  // The texts of a zip file by their names: those for which `wanted` holds. Throws an Error that says why it cannot be read.
  desk.unzip = async (bytes, wanted) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let end = bytes.length - 22;
    while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
    if (end < 0) throw new Error("it is not a complete zip file");
    const count = view.getUint16(end + 10, true);
    if (count > NAMES) throw new Error(`it holds more than ${NAMES} files`);
    const decoder = new TextDecoder();
    const files = {};
    let [at, left] = [view.getUint32(end + 16, true), MOST];
    try {
      for (let i = 0; i < count; i += 1) {
        if (view.getUint32(at, true) !== CENTRAL) throw new RangeError();
        const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
        const [size, length, extra, comment] = [view.getUint32(at + 20, true), ...[28, 30, 32].map((to) => view.getUint16(at + to, true))];
        const local = view.getUint32(at + 42, true);
        const name = decoder.decode(bytes.subarray(at + 46, at + 46 + length));
        at += 46 + length + extra + comment;
        if (!wanted(name)) continue;
        if (flags & 1) throw new Error(`${name} is locked with a password`);
        const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
        const stored = bytes.subarray(begin, begin + size);
        if (method !== 0 && method !== 8) throw new Error(`${name} is packed in a way that browsers cannot read`);
        const stream = new Blob([stored]).stream();
        const plain = await gathered(method ? stream.pipeThrough(new DecompressionStream("deflate-raw")) : stream, left);
        left -= plain.length;
        files[name] = decoder.decode(plain);
      }
    } catch (error) {
      if (error instanceof RangeError || error instanceof TypeError) throw new Error("it is not a complete zip file");
      throw error;
    }
    return files;
  };
})();
