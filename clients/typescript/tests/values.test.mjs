import assert from "node:assert/strict";
import test from "node:test";
import * as kit from "../dist/index.js";

const each = (name, rows, of) =>
  test(name, () => {
    for (const [expected, ...given] of rows) assert.deepEqual(of(...given), expected, JSON.stringify(given));
  });

each("decimals are written as people write them, and stay exact", [
  ["1.234,50", "1234.50", "vi"],
  ["1,234.50", "1234.50", "en"],
  ["12.345.678.901.234.567.890,123456789", "12345678901234567890.123456789", "vi"],
  ["−0,5", "-0.5", "vi"],
  ["0", "-0", "vi"],
  ["123", "123", "vi"],
  ["54,81", "54.806608", "vi", { places: 2 }],
  ["3,00", "3", "vi", { places: 2 }],
  ["1", "0.5", "vi", { places: 0 }],
  ["−1", "-0.5", "vi", { places: 0 }],
  ["0,00", "-0.001", "vi", { places: 2 }],
  ["41", "41.000000", "vi", { atMost: 2 }],
  ["41,5", "41.504000", "vi", { atMost: 2 }],
  ["100", "100", "vi", { atMost: 2 }],
  ["1.000", "999.999", "vi", { atMost: 2 }],
], kit.formatDecimal);

each("a percentage has its sign", [["85,5%", "85.5", "vi"], ["85.50%", "85.5", "en", { places: 2 }]], kit.formatPercent);

each("what a person types is read in one way or not at all", [
  ["1234.5", "1.234,5", "vi"],
  ["1234.5", "1,234.5", "en"],
  ["1234.5", "1234,5", "vi"],
  ["1234567", "1 234\u00a0567", "vi"],
  ["-0.5", "−0,5", "vi"],
  ["12.000", "12,000", "vi"],
  ["12000", "12,000", "en"],
  ["12000", "12.000", "vi"],
  ["7", "+007", "vi"],
  ["0.123", "0,123", "vi"],
  ["0.123", "0.123", "en"],
  ["0.500", "00,500", "vi"],
  ["0", "000", "vi"],
  ["100200.5", "100.200,5", "vi"],
  ["1234567.5", "1\u202f234\u202f567,5", "vi"],
  [null, "0.123", "vi"],
  [null, "-0.123", "vi"],
  [null, "00.500", "vi"],
  [null, "0.000", "vi"],
  [null, "0 123", "vi"],
  [null, "012.345", "vi"],
  [null, "0.123.456", "vi"],
  [null, "0,123", "en"],
  [null, "00,500", "en"],
  [null, "1 234.567", "vi"],
  [null, "1 234,567", "en"],
  [null, "1.234 567", "vi"],
  [null, "1.5", "vi"],
  [null, "1,23,4", "en"],
  [null, "12.34.567", "vi"],
  [null, "", "vi"],
  [null, "-", "vi"],
  [null, "1e5", "vi"],
  [null, ",5", "vi"],
  [null, "năm", "vi"],
], kit.parseDecimal);

each("decimals are compared, rounded and subtracted exactly", [
  [-1, kit.compareDecimals("2", "10")],
  [0, kit.compareDecimals("1.50", "1.5")],
  [1, kit.compareDecimals("-1", "-2")],
  [1, kit.compareDecimals("12345678901234567890.2", "12345678901234567890.1")],
  ["0.3", kit.subtractDecimals("0.4", "0.1")],
  ["-0.05", kit.subtractDecimals("1", "1.05")],
  ["0.1", kit.roundDecimal("0.05", 1)],
  ["-2", kit.roundDecimal("-1.5", 0)],
], (found) => found);

test("what is no decimal is no decimal", () => assert.throws(() => kit.formatDecimal("8,5", "vi"), RangeError));

each("days, instants and periods", [
  ["21/1/2026", kit.formatDay("2026-01-21", "vi")],
  ["21 Jan 2026", kit.formatDay("2026-01-21", "en")],
  ["9:00 20/1/2026", kit.formatInstant("2026-01-20T02:00:00+00:00", "vi")],
  ["0:30 21/1/2026", kit.formatInstant("2026-01-20T17:30:00Z", "vi")],
  ["21 Jan 2026, 0:30", kit.formatInstant("2026-01-20T17:30:00Z", "en")],
  ["2026-01-21", kit.dayOf("2026-01-20T17:00:00Z")],
  ["quý III/2025", kit.formatPeriod("2025-Q3", "vi")],
  ["Q3 2025", kit.formatPeriod("2025-Q3", "en")],
  ["tháng 7/2025", kit.formatPeriod("2025-07", "vi")],
  ["July 2025", kit.formatPeriod("2025-07", "en")],
  ["6 tháng đầu năm 2025", kit.formatPeriod("2025-S1", "vi")],
  ["second half of 2025", kit.formatPeriod("2025-S2", "en")],
  ["9 tháng năm 2025", kit.formatPeriod("2025-9M", "vi")],
  ["năm 2025", kit.formatPeriod("2025", "vi")],
  ["15/1/2025 – 1/3/2025", kit.formatPeriod("2025-01-15/2025-03-01", "vi")],
  ["whatever", kit.formatPeriod("whatever", "vi")],
], (found) => found);

test("identifiers that are made later are sorted later, also after those of a clock that ran ahead", () => {
  const made = [kit.uuid(1000), kit.uuid(1000), kit.uuid(1), kit.uuid(2, "ffffffff-0000-7000-8000-000000000000")];
  assert.deepEqual([...made].sort(), made);
  for (const one of made) assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
