-- What was announced for 2026 after the first list was made, and the Vietnam Cultural Day, a day off every year since 2026; one that falls on a
-- weekend moves to the next working day. Whoever has added a day already is right.
INSERT INTO holiday (day, kind, name_vi, name_en, source, provisional) VALUES
    ('2026-01-02', 'SWAPPED', 'Nghỉ hoán đổi', 'Day off, swapped', 'Công văn 12729/VPCP-KGVX ngày 25/12/2025 của Văn phòng Chính phủ', false),
    ('2026-01-10', 'WORKING', 'Làm bù', 'Working Saturday', 'Công văn 12729/VPCP-KGVX ngày 25/12/2025 của Văn phòng Chính phủ', false),
    ('2026-08-22', 'WORKING', 'Làm bù', 'Working Saturday', 'Phương án nghỉ lễ Quốc khánh năm 2026 được Thủ tướng Chính phủ đồng ý', false),
    ('2026-08-31', 'SWAPPED', 'Nghỉ hoán đổi', 'Day off, swapped', 'Phương án nghỉ lễ Quốc khánh năm 2026 được Thủ tướng Chính phủ đồng ý', false),
    ('2026-11-24', 'SOLAR', 'Ngày Văn hóa Việt Nam', 'Vietnam Cultural Day', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị', false),
    ('2027-11-24', 'SOLAR', 'Ngày Văn hóa Việt Nam', 'Vietnam Cultural Day', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị', false),
    ('2028-11-24', 'SOLAR', 'Ngày Văn hóa Việt Nam', 'Vietnam Cultural Day', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị', false),
    ('2029-11-24', 'SOLAR', 'Ngày Văn hóa Việt Nam', 'Vietnam Cultural Day', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị', false),
    ('2030-11-24', 'SOLAR', 'Ngày Văn hóa Việt Nam', 'Vietnam Cultural Day', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị', false),
    ('2029-11-26', 'IN_LIEU', 'Nghỉ bù Ngày Văn hóa Việt Nam', 'Vietnam Cultural Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', false),
    ('2030-11-25', 'IN_LIEU', 'Nghỉ bù Ngày Văn hóa Việt Nam', 'Vietnam Cultural Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', false)
ON CONFLICT (day) DO NOTHING;
