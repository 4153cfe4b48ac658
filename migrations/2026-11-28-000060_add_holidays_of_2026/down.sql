DELETE FROM holiday WHERE (day, source) IN (
    ('2026-01-02', 'Công văn 12729/VPCP-KGVX ngày 25/12/2025 của Văn phòng Chính phủ'),
    ('2026-01-10', 'Công văn 12729/VPCP-KGVX ngày 25/12/2025 của Văn phòng Chính phủ'),
    ('2026-08-22', 'Phương án nghỉ lễ Quốc khánh năm 2026 được Thủ tướng Chính phủ đồng ý'),
    ('2026-08-31', 'Phương án nghỉ lễ Quốc khánh năm 2026 được Thủ tướng Chính phủ đồng ý'),
    ('2026-11-24', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị'),
    ('2027-11-24', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị'),
    ('2028-11-24', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị'),
    ('2029-11-24', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị'),
    ('2030-11-24', 'Nghị quyết 80-NQ/TW ngày 07/01/2026 của Bộ Chính trị'),
    ('2029-11-26', 'Bộ luật Lao động 2019, Điều 111 khoản 3'),
    ('2030-11-25', 'Bộ luật Lao động 2019, Điều 111 khoản 3'));
