import { crc32, deflateRawSync } from 'node:zlib';

/** 1980-01-01 00:00, the first moment there is in an archive: the time of packing must not change the bytes. */
const time = 0;
const date = 0x21;

/** Version 2.0 of the format, and names in UTF-8. */
const version = 20;
const utf8 = 0x800;
const deflated = 8;

/** An ordinary file that everybody may read, as made on Unix. */
const madeOnUnix = (3 << 8) | version;
const mode = 0o100644 * 2 ** 16;

/** A ZIP archive of files by name, by PKWARE's APPNOTE 6.3. Holds up to 65,535 files and 4 GB. */
export function zip(files: (readonly [name: string, content: Uint8Array])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const path = Buffer.from(name);
    const compressed = deflateRawSync(content, { level: 9 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(version, 0);
    common.writeUInt16LE(utf8, 2);
    common.writeUInt16LE(deflated, 4);
    common.writeUInt16LE(time, 6);
    common.writeUInt16LE(date, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(compressed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const inDirectory = Buffer.alloc(14);
    inDirectory.writeUInt32LE(mode, 6);
    inDirectory.writeUInt32LE(offset, 10);
    directory.push(signature(0x02014b50), word(madeOnUnix), common, inDirectory, path);
    const local = [signature(0x04034b50), common, path, compressed];
    parts.push(...local);
    offset += local.reduce((sum, { length }) => sum + length, 0);
  }
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(Buffer.concat(directory).length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, ...directory, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
