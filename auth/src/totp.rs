//! The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Secret, Totp};

use crate::hash;

/// The name under which apps show the account.
const ISSUER: &str = "Cotmoc";

/// Seconds for which a code is shown.
const STEP: u64 = 30;

/// Codes of one step before and after are accepted too: telephones' clocks are not exact.
const SKEW: u16 = 1;

/// Recovery codes that are made at once.
pub const RECOVERY_CODES: usize = 10;

/// Random bytes of a recovery code: 80 bits, which no hash needs to slow down.
pub const RECOVERY_CODE_BYTES: usize = 10;

/// Random bytes of a secret, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;

/// What an authenticator app and we share.
pub struct SecondFactor(Totp);

impl SecondFactor {
    /// With a secret, for the account of that login.
    #[must_use]
    pub fn new(secret: [u8; SECRET_BYTES], login: &str) -> Self {
        // SHA-1, six digits and 30 seconds are what every app understands.
        let builder =
            Builder::new().with_secret(Secret::new(Box::new(secret))).with_skew(SKEW).with_step_duration(STEP);
        Self(builder.with_account_name(login).with_issuer(Some(ISSUER)).build_noncompliant())
    }

    /// The step whose code this is, around an instant; `None` if it is none. Each step is to be accepted once, so it must
    /// be later than the last one accepted.
    #[must_use]
    pub fn step_of(&self, code: &str, now: DateTime<Utc>, last_accepted: Option<i64>) -> Option<i64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let step = self.0.check(&code, u64::try_from(now.timestamp()).ok()?)?;
        let step = i64::try_from(step).ok()?;
        last_accepted.is_none_or(|last| step > last).then_some(step)
    }

    /// The secret as a person types it into an app.
    #[must_use]
    pub fn secret(&self) -> String {
        self.0.secret().to_base32()
    }

    /// The secret as a QR code carries it.
    #[must_use]
    pub fn url(&self) -> String {
        // It fails for names without a character or with a colon only, which no login has.
        self.0.to_url().unwrap_or_default()
    }

    /// The code that an app shows at an instant.
    #[must_use]
    pub fn code(&self, now: DateTime<Utc>) -> String {
        self.0.generate(u64::try_from(now.timestamp()).unwrap_or_default()).to_string()
    }
}

/// A recovery code as it is shown, once: `ABCD-EFGH-JKLM-NOPQ`.
#[must_use]
pub fn recovery_code(random: [u8; RECOVERY_CODE_BYTES]) -> String {
    let code = Secret::new(Box::new(random)).to_base32();
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is kept of a recovery code. Case, spaces and dashes do not matter.
#[must_use]
pub fn recovery_code_hash(typed: &str) -> [u8; 32] {
    let plain: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    hash::of(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 20] = *b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn factor() -> SecondFactor {
        SecondFactor::new(SECRET, "an.nguyen@quangngai.example")
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, cut to six digits.
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(factor().code(at(seconds)), code);
            assert_eq!(factor().step_of(code, at(seconds), None), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_holds_for_one_step_before_and_after() {
        let code = factor().code(at(3000));
        for (seconds, step) in [(2970, Some(100)), (3000, Some(100)), (3059, Some(100)), (2969, None), (3060, None)] {
            assert_eq!(factor().step_of(&code, at(seconds), None), step, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_accepted_once_and_none_before_it_afterwards() {
        let code = factor().code(at(3000));
        assert_eq!(factor().step_of(&code, at(3000), Some(99)), Some(100));
        assert_eq!(factor().step_of(&code, at(3000), Some(100)), None);
        assert_eq!(factor().step_of(&code, at(3000), Some(101)), None);
    }

    #[test]
    fn only_six_digits_are_a_code() {
        let code = factor().code(at(3000));
        assert_eq!(factor().step_of(&format!(" {} {} ", &code[..3], &code[3..]), at(3000), None), Some(100));
        for typed in ["", "0", "+12345", "１２３４５６", &format!("0{code}"), "28708٢"] {
            assert_eq!(factor().step_of(typed, at(3000), None), None, "{typed}");
        }
    }

    #[test]
    fn an_app_reads_the_url() {
        let url =
            "otpauth://totp/Cotmoc:an.nguyen%40quangngai.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Cotmoc";
        assert_eq!(factor().url(), url);
        assert_eq!(factor().secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn recovery_codes_are_read_however_they_are_typed() {
        let code = recovery_code([0xAB, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(code.len(), 19);
        let hash = recovery_code_hash(&code);
        assert_eq!(recovery_code_hash(&code.to_lowercase().replace('-', " ")), hash);
        assert_ne!(recovery_code_hash(&recovery_code([0; 10])), hash);
    }
}
