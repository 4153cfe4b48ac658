const WORDS = {
  en: {
    examples: 'Examples',
    examplesHint: 'Each opens in a tab of its own; queries run at once.',
    signInFirst: login => `For ${login}: sign in first.`,
    editors: { query: 'Query', variables: 'Variables', headers: 'Headers', answer: 'Answer' },
    signIn: 'Sign in',
    signOut: 'Sign out',
    login: 'Login',
    password: 'Password',
    code: 'Code',
    codeHint: 'Six digits of your authenticator app',
    demoAccounts: 'Demo accounts',
    demoHint: 'A click signs in.',
    ownAccount: 'Or with an account of your own',
    noRoles: 'No role',
    waiting: 'Only with a second factor:',
    ended: 'The session has ended: sign in again',
    unreachable: 'The server cannot be reached, please try again',
  },
  vi: {
    examples: 'Ví dụ',
    examplesHint: 'Mỗi ví dụ mở trong một thẻ riêng; truy vấn chạy ngay.',
    signInFirst: login => `Dành cho ${login}: hãy đăng nhập trước.`,
    editors: { query: 'Truy vấn', variables: 'Biến', headers: 'Tiêu đề HTTP', answer: 'Kết quả' },
    signIn: 'Đăng nhập',
    signOut: 'Đăng xuất',
    login: 'Tên đăng nhập',
    password: 'Mật khẩu',
    code: 'Mã xác thực',
    codeHint: 'Sáu chữ số trong ứng dụng xác thực',
    demoAccounts: 'Tài khoản dùng thử',
    demoHint: 'Bấm một lần là đăng nhập.',
    ownAccount: 'Hoặc bằng tài khoản của bạn',
    noRoles: 'Chưa có vai trò',
    waiting: 'Chỉ khi xác thực hai lớp:',
    ended: 'Phiên đăng nhập đã kết thúc, hãy đăng nhập lại',
    unreachable: 'Không kết nối được máy chủ, xin thử lại',
  },
};

/** The reader's, as far as there are words in it; else that of the page. */
export const language =
  navigator.languages.map(tag => tag.split('-')[0]).find(tag => tag in WORDS) ?? document.documentElement.lang;

export const words = WORDS[language];

document.documentElement.lang = language;
