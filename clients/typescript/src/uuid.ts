let last = 0;

/** A UUID of version 7: those that are made later are sorted later. Works without a secure context, too. */
export function uuid(now = Date.now(), after?: string): string {
  const before = after ? Number.parseInt(after.replaceAll('-', '').slice(0, 12), 16) : 0;
  last = Math.max(now, last + 1, before + 1);
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  bytes[0] = 0x70 | (bytes[0]! & 0x0f);
  bytes[2] = 0x80 | (bytes[2]! & 0x3f);
  const hex = last.toString(16).padStart(12, '0') + [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
