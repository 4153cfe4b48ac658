/** Without tone marks and case, as one types on a phone: "phu song" is in "Phủ sóng". */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[đĐ]/g, 'd').toLowerCase();
}
