//! Passwords: which are accepted, how they are hashed, and how many are worked on at once.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use argon2::{
    Argon2, Params, PasswordHasher as _, PasswordVerifier as _,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{sync::Semaphore, task::spawn_blocking};
use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::Score;

/// The fewest characters of a password.
pub const SHORTEST: usize = 12;

/// The most characters of a password.
pub const LONGEST: usize = 128;

/// The most requests that wait behind each one that is worked on; more are refused at once.
const WAITING: usize = 16;

/// The characters of a password from which is estimated how soon it is guessed. Not all, because the time of an estimate
/// grows faster than their number: a hundred of those that stand for letters (`4@8({[<69!|`) take seconds.
const ESTIMATED: usize = 32;

/// Vietnamese words that are guessed first, without tone marks; the library's own lists are English.
const VIETNAMESE: [&str; 24] = [
    "matkhau",
    "anhyeuem",
    "emyeuanh",
    "yeuem",
    "vietnam",
    "hanoi",
    "saigon",
    "danang",
    "quangngai",
    "nguyen",
    "xinchao",
    "khongbiet",
    "giadinh",
    "hanhphuc",
    "tinhyeu",
    "taikhoan",
    "dangnhap",
    "quantri",
    "baocao",
    "uyban",
    "nhandan",
    "chuyendoiso",
    "motcua",
    "cotmoc",
];

/// A password as typed, composed (NFC): typed on a Mac or elsewhere, "mật khẩu" is the same. Wiped when dropped, and
/// never shown.
#[derive(Clone)]
pub struct Password(SecretString);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

impl From<&str> for Password {
    fn from(typed: &str) -> Self {
        Self(typed.nfc().collect::<String>().into())
    }
}

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer characters than [`SHORTEST`].
    TooShort,
    /// More characters than [`LONGEST`].
    TooLong,
    /// Contains NUL or another control character.
    Control,
    /// Equal to the login, the name or the address.
    Name,
    /// Among those that are guessed first.
    Common,
}

impl Password {
    /// What is wrong with it as a new password of somebody with these names (login, full name, address); `None` if it is
    /// accepted. What counts is length and that it is hard to guess; no kind of character is asked for (NIST SP 800-63B).
    #[must_use]
    pub fn weakness(&self, names: &[&str]) -> Option<Weakness> {
        let text = self.0.expose_secret();
        let length = text.chars().count();
        let plain = fold(text);
        if length < SHORTEST {
            Some(Weakness::TooShort)
        } else if length > LONGEST {
            Some(Weakness::TooLong)
        } else if text.chars().any(char::is_control) {
            Some(Weakness::Control)
        } else if names.iter().any(|name| fold(name) == plain) {
            Some(Weakness::Name)
        } else {
            is_guessed_first(text, &plain, names).then_some(Weakness::Common)
        }
    }

    fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// Whether fewer than some 10⁸ guesses find it. The library knows 30,000 common passwords, names, words and keyboard
/// patterns, and sees through capitals, digits for letters and what is appended: `Password1234!` is `password` to it. The
/// text without tone marks is estimated too, since guessers leave them out.
fn is_guessed_first(text: &str, plain: &str, names: &[&str]) -> bool {
    let names: Vec<String> = names.iter().map(|name| fold(name)).collect();
    let joined: Vec<String> = names.iter().map(|name| name.chars().filter(|c| c.is_alphanumeric()).collect()).collect();
    let parts = names.iter().flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
    let whole = names.iter().chain(&joined).map(String::as_str);
    let known: Vec<&str> = whole.chain(parts).chain(VIETNAMESE).filter(|word| word.chars().count() > 2).collect();
    let together: String = plain.split_whitespace().collect();
    let beginnings = [text, plain, &together].map(|text| text.chars().take(ESTIMATED).collect::<String>());
    BTreeSet::from(beginnings).iter().any(|text| zxcvbn::zxcvbn(text, &known).score() < Score::Three)
}

/// Lower case without tone marks, as guessers and careless typists write it.
fn fold(text: &str) -> String {
    let letters = text.nfd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).flat_map(char::to_lowercase);
    letters.map(|c| if c == 'đ' { 'd' } else { c }).collect::<String>().trim().to_owned()
}

/// What one hash costs: argon2id's parameters.
#[derive(Debug, Clone)]
pub struct PasswordCost {
    params: Params,
    /// A hash that no password has. An account without a password is compared with it, which takes as long as with a real one.
    nobodys: String,
}

impl PasswordCost {
    /// Memory in KiB, passes over it, and lanes. OWASP asks for 19456, 2 and 1 at least.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, PasswordError> {
        let params = Params::new(memory_kib, passes, lanes, None);
        let params = params.map_err(|error| PasswordError::Argon2(error.into()))?;
        Ok(Self { nobodys: nobodys(&params).map_err(PasswordError::Argon2)?, params })
    }
}

/// Why a password could not be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many requests are waiting already: try again in a moment.
    #[error("too many passwords are being checked at once")]
    Busy,
    /// argon2 does not take the parameters, or cannot read a hash that was stored.
    #[error("argon2: {0}")]
    Argon2(argon2::password_hash::Error),
    /// The work broke off.
    #[error("the work on a password broke off")]
    Broken,
}

/// What came of comparing a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is not the right one, or the account has none.
    Wrong,
    /// It is the right one, and its hash costs what the settings ask.
    Right,
    /// It is the right one, but its hash is cheaper than the settings ask: the caller hashes the password anew.
    NeedsRehash,
}

/// Hashes and compares passwords: only so many at once, and not on the threads that serve requests. Cheap to clone; the
/// clones share one limit.
#[derive(Debug, Clone)]
pub struct Passwords(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    cost: PasswordCost,
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    compared: AtomicUsize,
}

impl Passwords {
    /// With what a hash costs, and how many are worked on at once.
    #[must_use]
    pub fn new(cost: PasswordCost, at_once: usize) -> Self {
        let at_once = at_once.max(1);
        Self(Arc::new(Inner {
            cost,
            places: Arc::new(Semaphore::new(at_once)),
            queue: Arc::new(Semaphore::new(at_once.saturating_mul(1 + WAITING))),
            compared: AtomicUsize::new(0),
        }))
    }

    /// The hash of a password, with its salt and parameters, as it is stored (PHC).
    pub async fn hash(&self, password: Password) -> Result<String, PasswordError> {
        let params = self.0.cost.params.clone();
        let hash = move || Argon2::from(params).hash_password(password.bytes()).map(|hash| hash.to_string());
        self.work(hash).await?.map_err(PasswordError::Argon2)
    }

    /// Compares a password with a hash. Without a hash the answer is [`Verdict::Wrong`] and takes as long, so that nobody
    /// learns from the clock who has a password.
    pub async fn verify(&self, password: Password, hash: Option<String>) -> Result<Verdict, PasswordError> {
        self.0.compared.fetch_add(1, Ordering::Relaxed);
        let inner = Arc::clone(&self.0);
        let compare = move || match hash {
            Some(hash) => compare(&inner.cost.params, &password, &hash),
            None => compare(&inner.cost.params, &password, &inner.cost.nobodys).map(|_| Verdict::Wrong),
        };
        self.work(compare).await?.map_err(PasswordError::Argon2)
    }

    /// What is wrong with a new password; see [`Password::weakness`]. Estimating how long guessing takes is work too.
    pub async fn weakness(&self, password: Password, names: Vec<String>) -> Result<Option<Weakness>, PasswordError> {
        self.work(move || password.weakness(&names.iter().map(String::as_str).collect::<Vec<_>>())).await
    }

    /// How often passwords have been compared: the same for each kind of failed sign-in.
    #[must_use]
    pub fn compared(&self) -> usize {
        self.0.compared.load(Ordering::Relaxed)
    }

    /// Does the work as soon as fewer than so many others are at it. It counts as one of them until it ends, even if nobody
    /// waits for it any more.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let queued = Arc::clone(&self.0.queue).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let place = Arc::clone(&self.0.places).acquire_owned().await.map_err(|_| PasswordError::Broken)?;
        let done = spawn_blocking(move || {
            let _held = (queued, place);
            work()
        });
        done.await.map_err(|_| PasswordError::Broken)
    }
}

/// A well-formed hash that no password has: its salt and its 32 bytes are zeros.
fn nobodys(params: &Params) -> argon2::password_hash::Result<String> {
    let hash = PasswordHash {
        algorithm: argon2::Algorithm::Argon2id.ident(),
        version: Some(argon2::Version::V0x13.into()),
        params: ParamsString::try_from(params)?,
        salt: Some(Salt::new(&[0; 16])?),
        hash: Some(Output::new(&[0; 32])?),
    };
    Ok(hash.to_string())
}

fn compare(params: &Params, password: &Password, hash: &str) -> argon2::password_hash::Result<Verdict> {
    let hash = PasswordHash::new(hash)?;
    match Argon2::from(params).verify_password(password.bytes(), &hash) {
        Ok(()) if is_cheaper(&Params::try_from(&hash)?, params) => Ok(Verdict::NeedsRehash),
        Ok(()) => Ok(Verdict::Right),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(error),
    }
}

const fn is_cheaper(made_with: &Params, asked: &Params) -> bool {
    made_with.m_cost() < asked.m_cost() || made_with.t_cost() < asked.t_cost()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "chín con trâu qua cầu";

    fn passwords(passes: u32) -> Passwords {
        Passwords::new(PasswordCost::new(19_456, passes, 1).unwrap(), 1)
    }

    fn weakness(password: &str) -> Option<Weakness> {
        Password::from(password).weakness(&["nguyen.thi.an", "Nguyễn Thị An", "an.nguyen@quangngai.example"])
    }

    #[test]
    fn length_is_counted_in_composed_characters() {
        let decomposed: String = "ệ".nfd().collect();
        assert_eq!(weakness(&decomposed.repeat(11)), Some(Weakness::TooShort));
        assert_eq!(weakness(&"ệ".repeat(129)), Some(Weakness::TooLong));
        let long: String = ('a'..='z').cycle().step_by(7).take(100).chain("ễộậẩ".chars().cycle().take(28)).collect();
        assert_eq!(weakness(&long), None);
        assert_eq!(weakness(&format!("{long}x")), Some(Weakness::TooLong));
    }

    #[test]
    fn any_character_is_welcome_but_control_characters() {
        for accepted in [GOOD, "Ba sông bảy núi", "дом на холме у реки", "🐃🌾 sáng mùng 3 tết", "kzwqhrtmvbxp"]
        {
            assert_eq!(weakness(accepted), None, "{accepted}");
        }
        for refused in ["chín con\0 trâu qua cầu", "chín con\n trâu qua cầu", "chín con\u{85} trâu qua cầu"]
        {
            assert_eq!(weakness(refused), Some(Weakness::Control), "{refused:?}");
        }
    }

    #[test]
    fn what_is_guessed_first_is_refused_however_it_is_dressed() {
        for common in [
            "Password1234!",
            "P@ssw0rd2025",
            "passwordpassword",
            "qwertyuiop123",
            "1q2w3e4r5t6y",
            "123456789012",
            "aaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "Matkhau@12345",
            "Mật khẩu 12345",
            "AnhYeuEm2025!",
            "Quảng Ngãi 2025",
            "NguyenThiAn2025",
            "iloveyou12345",
        ] {
            assert_eq!(weakness(common), Some(Weakness::Common), "{common}");
        }
    }

    #[test]
    fn ones_own_name_is_no_password() {
        for name in ["Nguyen.Thi.An", "Nguyễn Thị An", "nguyễn thị an", "NGUYEN THI AN", "an.nguyen@QUANGNGAI.example"]
        {
            assert_eq!(weakness(name), Some(Weakness::Name), "{name}");
        }
    }

    #[tokio::test]
    async fn a_password_is_the_same_however_its_marks_are_typed() {
        let passwords = passwords(2);
        let hash = passwords.hash(GOOD.into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let decomposed: String = GOOD.nfd().collect();
        for (typed, verdict) in
            [(GOOD, Verdict::Right), (&decomposed, Verdict::Right), ("chin con trau", Verdict::Wrong)]
        {
            assert_eq!(passwords.verify(typed.into(), Some(hash.clone())).await, Ok(verdict), "{typed}");
        }
        assert_ne!(passwords.hash(GOOD.into()).await.unwrap(), hash, "each hash has a salt of its own");
    }

    #[tokio::test]
    async fn nobody_has_no_password_and_costs_as_much() {
        let passwords = passwords(2);
        assert_eq!(passwords.verify(GOOD.into(), None).await, Ok(Verdict::Wrong));
        let nobodys = PasswordHash::new(&passwords.0.cost.nobodys).unwrap();
        let params = Params::try_from(&nobodys).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (19_456, 2, 1));
        assert_eq!(passwords.compared(), 1);
    }

    #[tokio::test]
    async fn a_hash_that_was_cheaper_wants_to_be_made_anew() {
        let hash = passwords(2).hash(GOOD.into()).await.unwrap();
        assert_eq!(passwords(3).verify(GOOD.into(), Some(hash.clone())).await, Ok(Verdict::NeedsRehash));
        assert_eq!(passwords(3).verify("khác hẳn".into(), Some(hash)).await, Ok(Verdict::Wrong));
        let hash = passwords(3).hash(GOOD.into()).await.unwrap();
        assert_eq!(passwords(2).verify(GOOD.into(), Some(hash)).await, Ok(Verdict::Right));
    }

    #[tokio::test]
    async fn more_than_can_wait_are_refused_at_once() {
        let passwords = passwords(2);
        let held = Arc::clone(&passwords.0.queue).acquire_many_owned(1 + 16).await.unwrap();
        assert_eq!(passwords.verify(GOOD.into(), None).await, Err(PasswordError::Busy));
        drop(held);
        assert_eq!(passwords.verify(GOOD.into(), None).await, Ok(Verdict::Wrong));
    }

    #[test]
    fn a_password_does_not_show_itself() {
        assert_eq!(format!("{:?}", Password::from(GOOD)), "Password");
    }
}
