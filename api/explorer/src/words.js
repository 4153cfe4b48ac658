const WORDS = {
  en: {
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
