export type Language = 'vi' | 'en';

/** What the kit itself has to say: all that does not come from the server. */
export const words = {
  vi: {
    network: 'Không kết nối được với máy chủ. Hãy kiểm tra mạng rồi thử lại.',
    timeout: 'Máy chủ trả lời quá chậm. Hãy thử lại.',
    http: (status: number) => `Máy chủ trả lời không đúng (mã ${status}).`,
    answer: 'Máy chủ trả lời không đúng dạng.',
    ended: 'Phiên đăng nhập đã kết thúc. Hãy đăng nhập lại.',
    keyTooOld: 'Thay đổi này đã gửi từ mấy ngày trước mà chưa rõ kết quả. Hãy xem đã được ghi chưa trước khi gửi lại.',
  },
  en: {
    network: 'The server cannot be reached. Check the network, then try again.',
    timeout: 'The server takes too long to answer. Try again.',
    http: (status: number) => `The server gave a wrong answer (status ${status}).`,
    answer: 'The server gave an answer that cannot be read.',
    ended: 'The session has ended. Sign in again.',
    keyTooOld: 'This change was sent days ago, and nobody knows what became of it. See whether it was done before you send it again.',
  },
} as const;
