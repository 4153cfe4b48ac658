//! What attackers of tokens have tried, one by one.

use jsonwebtoken::EncodingKey;
use ring::hmac;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::*;
use crate::keys::SigningKey;

const ISSUER: &str = "https://cotmoc.qng.vn";
const AUDIENCE: &str = "cotmoc";

fn now() -> DateTime<Utc> {
    "2026-01-20T02:00:00Z".parse().unwrap()
}

fn terms() -> Terms {
    Terms::new(ISSUER, AUDIENCE, MAX_LIFE)
}

/// One installation: its key, and a good token.
struct Installation {
    key: SigningKey,
    keys: KeySet,
    bearer: Bearer,
}

impl Installation {
    fn new() -> Self {
        let key = SigningKey::generate(now() - TimeDelta::days(1));
        let bearer = Bearer::User { account: Uuid::from_u128(1), session: Uuid::from_u128(2) };
        Self { keys: KeySet::new(vec![key.clone()]), key, bearer }
    }

    fn token(&self) -> String {
        terms().issue(&self.keys, &self.bearer, now()).unwrap().token.expose_secret().to_owned()
    }

    fn verify(&self, token: &str) -> Result<Bearer, TokenError> {
        terms().verify(&self.keys, token, now())
    }

    fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.key.kid })
    }

    /// What our own key has signed, whatever it says.
    fn signed(&self, header: &Value, claims: &Value) -> String {
        signed(&self.key.encoding, header, claims)
    }

    fn refuses(&self, what: &str, token: &str) {
        let refused = self.verify(token);
        assert!(matches!(refused, Err(TokenError::Invalid | TokenError::UnknownKey)), "{what}: {refused:?}");
    }
}

/// The claims of a good token, with some of them replaced; null takes one out.
fn claims(changed: &Value) -> Value {
    let (at, until) = (now().timestamp(), (now() + MAX_LIFE).timestamp());
    let mut claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": Uuid::from_u128(1), "sid": Uuid::from_u128(2),
        "iat": at, "nbf": at, "exp": until, "jti": Uuid::from_u128(3),
    });
    replace(&mut claims, changed);
    claims
}

fn replace(object: &mut Value, changed: &Value) {
    let object = object.as_object_mut().unwrap();
    for (name, value) in changed.as_object().unwrap() {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
}

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed(key: &EncodingKey, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    signing::install();
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

#[test]
fn a_token_says_whose_it_is() {
    let ours = Installation::new();
    assert_eq!(ours.verify(&ours.token()), Ok(ours.bearer.clone()));
    // What the other tests change one thing of.
    assert_eq!(ours.verify(&ours.signed(&ours.header(), &claims(&json!({})))), Ok(ours.bearer.clone()));

    let machine = Bearer::Service {
        account: Uuid::from_u128(5),
        secret: Uuid::from_u128(6),
        client_id: "qng.ioc".into(),
        scopes: vec![ServiceScope::ReadFigures, ServiceScope::WriteFigures],
    };
    let token = terms().issue(&ours.keys, &machine, now()).unwrap();
    assert_eq!(ours.verify(token.token.expose_secret()), Ok(machine));
    assert_eq!(token.expires_at, now() + MAX_LIFE);
}

#[test]
fn no_token_holds_for_more_than_ten_minutes() {
    let long = Terms::new(ISSUER, AUDIENCE, TimeDelta::days(1));
    let ours = Installation::new();
    assert_eq!(long.issue(&ours.keys, &ours.bearer, now()).unwrap().expires_at, now() + MAX_LIFE);
    let until = (now() + MAX_LIFE + TimeDelta::seconds(1)).timestamp();
    ours.refuses("longer", &ours.signed(&ours.header(), &claims(&json!({ "exp": until }))));
}

#[test]
fn it_is_made_by_nobody_but_our_key() {
    let (ours, theirs) = (Installation::new(), Installation::new());
    ours.refuses("their key, their id", &theirs.token());
    let claims = claims(&json!({}));
    ours.refuses("their key, our id", &signed(&theirs.key.encoding, &ours.header(), &claims));
}

#[test]
fn no_other_algorithm_is_accepted() {
    let ours = Installation::new();
    let claims = claims(&json!({}));
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let mut header = ours.header();
        header["alg"] = json!(none);
        for signature in ["", "AAAA"] {
            ours.refuses(none, &format!("{}.{}.{signature}", part(&header), part(&claims)));
        }
    }
    // Key confusion: HMAC with what everybody can read as the secret.
    for secret in [&ours.key.public[..], ours.key.kid.as_bytes(), b""] {
        let mut header = ours.header();
        header["alg"] = json!("HS256");
        let message = format!("{}.{}", part(&header), part(&claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        ours.refuses("HS256", &format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag)));
    }
    for alg in ["HS256", "HS384", "HS512", "RS256", "PS256", "ES256", "ES384", "ES256K", "eddsa", "Ed25519", "Ed448"] {
        let mut header = ours.header();
        header["alg"] = json!(alg);
        ours.refuses(alg, &ours.signed(&header, &claims));
    }
}

#[test]
fn the_key_is_found_by_its_id_in_our_set_alone() {
    let ours = Installation::new();
    let strange = [
        json!(""),
        json!("../../../../dev/null"),
        json!("/etc/passwd"),
        json!("x' UNION SELECT public_key FROM signing_key --"),
        json!("https://evil.example/jwks.json"),
        json!(ours.key.kid.to_lowercase()),
        json!(format!("{} ", ours.key.kid)),
        json!("\u{0}"),
        json!([ours.key.kid]),
        json!({ "kid": ours.key.kid }),
        json!(0),
        json!(true),
        Value::Null,
    ];
    for kid in strange {
        let mut header = ours.header();
        replace(&mut header, &json!({ "kid": kid }));
        ours.refuses(&kid.to_string(), &ours.signed(&header, &claims(&json!({}))));
    }
    let twice = format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"x","kid":"{}"}}"#, ours.key.kid);
    let claims = part(&claims(&json!({})));
    ours.refuses("two ids", &format!("{}.{claims}.AAAA", BASE64_URL_SAFE_NO_PAD.encode(twice)));
}

#[test]
fn a_key_that_the_token_brings_along_is_not_looked_at() {
    let (ours, theirs) = (Installation::new(), Installation::new());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode(theirs.key.public) });
    let extras = [
        json!({ "jwk": jwk }),
        json!({ "jku": "https://evil.example/jwks.json" }),
        json!({ "x5u": "https://evil.example/cert.pem" }),
        json!({ "x5c": ["MIIB"] }),
        json!({ "x5t": "AAAA" }),
        json!({ "crit": ["exp"] }),
        json!({ "b64": false, "crit": ["b64"] }),
        json!({ "cty": "JWT" }),
        json!({ "zip": "DEF" }),
    ];
    for extra in extras {
        let mut header = ours.header();
        replace(&mut header, &extra);
        let claims = claims(&json!({}));
        ours.refuses(&extra.to_string(), &signed(&theirs.key.encoding, &header, &claims));
        ours.refuses(&extra.to_string(), &ours.signed(&header, &claims));
    }
}

#[test]
fn it_holds_in_its_time_only() {
    let ours = Installation::new();
    let token = ours.token();
    let at = |instant| terms().verify(&ours.keys, &token, instant);
    assert_eq!(at(now() + MAX_LIFE + LEEWAY), Err(TokenError::Expired));
    assert!(at(now() + MAX_LIFE + LEEWAY - TimeDelta::seconds(1)).is_ok());
    assert!(at(now() - LEEWAY).is_ok());
    assert_eq!(at(now() - LEEWAY - TimeDelta::seconds(1)), Err(TokenError::Invalid));
    for claim in ["nbf", "iat"] {
        let early = claims(&json!({ claim: (now() + TimeDelta::minutes(1)).timestamp() }));
        ours.refuses(claim, &ours.signed(&ours.header(), &early));
    }
}

#[test]
fn it_is_of_our_type_issuer_and_audience() {
    let ours = Installation::new();
    for typ in
        [json!("JWT"), json!("jwt"), json!("rt+jwt"), json!("id+jwt"), json!("logout+jwt"), json!(""), Value::Null]
    {
        let mut header = ours.header();
        replace(&mut header, &json!({ "typ": typ }));
        ours.refuses(&typ.to_string(), &ours.signed(&header, &claims(&json!({}))));
    }
    let others = [
        json!({ "iss": "https://cotmoc.qng.vn/" }),
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": [ISSUER] }),
        json!({ "aud": "other" }),
        json!({ "aud": [] }),
        json!({ "aud": ["other"] }),
        json!({ "aud": "" }),
    ];
    for other in others {
        ours.refuses(&other.to_string(), &ours.signed(&ours.header(), &claims(&other)));
    }
}

#[test]
fn every_claim_is_there_and_of_its_kind() {
    let ours = Installation::new();
    let refuse = |changed: Value| {
        ours.refuses(&changed.to_string(), &ours.signed(&ours.header(), &claims(&changed)));
    };
    for claim in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp", "jti"] {
        refuse(json!({ claim: null }));
        refuse(json!({ claim: { "x": 1 } }));
    }
    for claim in ["iat", "nbf", "exp"] {
        let seconds = now().timestamp();
        for wrong in [
            json!(seconds.to_string()),
            json!(1_768_874_700.0),
            json!(1e300),
            json!(-1),
            json!(i64::MAX),
            json!(u64::MAX),
        ] {
            refuse(json!({ claim: wrong }));
        }
    }
    for claim in ["sub", "sid", "jti"] {
        refuse(json!({ claim: "admin" }));
        refuse(json!({ claim: 1 }));
    }
    refuse(json!({ "client_id": "qng.ioc" }));
    refuse(json!({ "scope": "figures:read" }));
    refuse(json!({ "client_id": "qng.ioc", "scope": "everything" }));
}

#[test]
fn what_is_cut_lengthened_or_changed_is_none() {
    let ours = Installation::new();
    let token = ours.token();
    for length in 0..token.len() {
        ours.refuses("cut", &token[..length]);
    }
    for longer in
        [format!("{token}A"), format!("{token}.x"), format!("{token}="), format!(" {token}"), format!("{token}\n")]
    {
        ours.refuses(&longer, &longer);
    }
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        // The last character carries four bits that belong to no byte; those must be zero.
        ours.refuses(&format!("changed at {at}"), &changed);
    }
    ours.refuses("too long", &ours.signed(&ours.header(), &claims(&json!({ "x": "x".repeat(MAX_BYTES) }))));
    ours.refuses("opaque", random::token().expose_secret());
    ours.refuses("JWE", "a.b.c.d.e");
}

#[test]
fn without_a_key_there_is_no_token() {
    let ours = Installation::new();
    assert_eq!(terms().issue(&KeySet::default(), &ours.bearer, now()).unwrap_err(), TokenError::NoKey);
    assert_eq!(terms().verify(&KeySet::default(), &ours.token(), now()), Err(TokenError::UnknownKey));
}

#[test]
fn a_token_is_not_printed() {
    let ours = Installation::new();
    let token = terms().issue(&ours.keys, &ours.bearer, now()).unwrap();
    assert!(!format!("{token:?}").contains("eyJ"));
}
