use super::{
    settings::{DATABASE_URL, LISTEN, POOL_SIZE, SETTINGS},
    *,
};

fn given(flags: &[(Setting, &str)], environment: &[(&str, &str)], file: &str) -> Result<Config, ConfigError> {
    let sources = Sources::of_flags(flags.iter().map(|(setting, value)| (*setting, (*value).to_owned())))
        .with_environment([("HOME", "/nha/lan")])
        .with_environment(environment.iter().copied())
        .with_file("cotmoc.toml".as_ref(), file)?;
    Config::load(&sources)
}

#[test]
fn with_nothing_given_the_defaults_hold() {
    let config = given(&[], &[], "").unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.body_limit, 1024 * 1024);
    assert!(config.database.url.is_none());
    assert_eq!(config.clock(), Clock::System);
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let file = "[server]\nlisten = '127.0.0.1:1'";
    let environment = [("COTMOC_LISTEN", "127.0.0.1:2")];
    let port = |config: Result<Config, ConfigError>| config.unwrap().server.listen.port();
    assert_eq!(port(given(&[], &[], file)), 1);
    assert_eq!(port(given(&[], &environment, file)), 2);
    assert_eq!(port(given(&[(LISTEN, "127.0.0.1:3")], &environment, file)), 3);
}

#[test]
fn a_bad_value_names_itself_its_place_and_what_is_accepted() {
    let message = |result: Result<Config, ConfigError>| result.unwrap_err().to_string();
    assert_eq!(
        message(given(&[(POOL_SIZE, "many")], &[], "")),
        "database.pool_size is \"many\", which is not accepted (from flag --pool-size); expected a number from 1 to 500"
    );
    assert_eq!(
        message(given(&[], &[("COTMOC_BODY_TIMEOUT", "20")], "")),
        "server.body_timeout is \"20\", which is not accepted (from environment variable COTMOC_BODY_TIMEOUT); \
         expected a duration such as 500ms, 15s or 2m"
    );
    assert_eq!(
        message(given(&[], &[], "\n[log]\nformat = 'yaml'")),
        "log.format is \"yaml\", which is not accepted (from cotmoc.toml, line 3); expected auto, human or json"
    );
    for (alone, needs) in [
        (("COTMOC_SMTP_URL", "smtp://127.0.0.1"), "mail.smtp_url needs mail.from beside it (COTMOC_MAIL_FROM)"),
        (("COTMOC_S3_ACCESS_KEY", "cotmoc"), "files.s3_access_key needs files.s3_secret_key beside it"),
        (("COTMOC_S3_SECRET_KEY", "bi-mat"), "files.s3_secret_key needs files.s3_access_key beside it"),
    ] {
        assert!(message(given(&[], &[alone], "")).starts_with(needs), "{}", message(given(&[], &[alone], "")));
    }
    assert!(message(given(&[], &[], "[server]\nlisten = 8080.5")).contains("a value of another kind"));
}

#[test]
fn every_setting_refuses_nonsense_and_says_its_own_name() {
    // Any text that is not empty is a path; every other setting has a form that this text is not of.
    for setting in SETTINGS.iter().filter(|setting| !setting.form.contains("directory")) {
        let error = given(&[], &[(setting.env, "?!, ?!")], "").unwrap_err();
        assert!(matches!(&error, ConfigError::BadValue { key, .. } if *key == setting.key), "{}: {error}", setting.key);
    }
}

#[test]
fn an_unknown_key_is_an_error_with_a_suggestion() {
    let error = given(&[], &[], "[server]\nlisten = '[::]:80'\nbody_limits = '1MiB'").unwrap_err().to_string();
    assert_eq!(
        error,
        "there is no setting server.body_limits (from cotmoc.toml, line 3); did you mean server.body_limit?"
    );
    let error = given(&[], &[], "[zzz]\nqqq = 1").unwrap_err().to_string();
    assert!(error.ends_with("`cotmoc settings` lists them all"), "{error}");
    assert!(matches!(given(&[], &[], "[server"), Err(ConfigError::File { .. })));
}

#[test]
fn an_unknown_variable_of_ours_is_noticed() {
    let sources = Sources::default().with_environment([("COTMOC_LISTN", "x"), ("COTMOC_CONFIG", "y"), ("PATH", "z")]);
    assert_eq!(sources.unknown_variables(), [("COTMOC_LISTN".to_owned(), Some("COTMOC_LISTEN".to_owned()))]);
}

#[test]
fn the_password_is_never_shown() {
    let url = "postgres://cotmoc:bi-mat@db.vn/tinh";
    let config = given(&[], &[("DATABASE_URL", url)], "").unwrap();
    let sources = Sources::default().with_environment([("DATABASE_URL", url)]);
    for shown in [format!("{config:?}"), config.database.place(), as_table(&sources, &config)] {
        assert!(!shown.contains("bi-mat"), "{shown}");
    }
    assert!(as_table(&sources, &config).contains("postgres://cotmoc:***@db.vn/tinh"));
    let error = given(&[], &[("DATABASE_URL", "mysql://cotmoc:bi-mat@db.vn")], "").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("bi-mat"), "{error}");
    assert!(DATABASE_URL.flag.is_none());
}

#[test]
fn lists_and_numbers_may_be_written_as_toml_writes_them() {
    let file = "[server]\ncors_origins = ['https://a.vn', 'https://b.vn']\nexplorer = false\n[database]\npool_size = 7";
    let config = given(&[], &[], file).unwrap();
    assert_eq!(config.server.cors_origins, ["https://a.vn", "https://b.vn"]);
    assert!(!config.server.explorer);
    assert_eq!(config.database.pool_size, 7);
}

#[test]
fn the_clock_can_be_stopped() {
    let config = given(&[], &[("COTMOC_CLOCK", "2026-01-01T00:30:00+07:00")], "").unwrap();
    assert_eq!(config.clock().today().to_string(), "2026-01-01");
}

#[test]
fn data_go_where_the_user_keeps_data() {
    let sources = Sources::default().with_environment([("HOME", "/nha/lan"), ("XDG_DATA_HOME", "relative")]);
    assert_eq!(sources.data_home().unwrap().to_str(), Some("/nha/lan/.local/share"));
    let sources = sources.with_environment([("XDG_DATA_HOME", "/srv/data")]);
    assert_eq!(sources.data_home().unwrap().to_str(), Some("/srv/data"));
}

#[test]
fn keys_variables_and_flags_are_unique_and_follow_one_pattern() {
    let mut seen = std::collections::BTreeSet::new();
    for setting in SETTINGS {
        for name in [Some(setting.key), Some(setting.env), setting.flag].into_iter().flatten() {
            assert!(seen.insert(name), "{name} twice");
        }
        assert!(setting.about.ends_with('.') && !setting.form.is_empty(), "{}", setting.key);
        assert_eq!(setting.flag.is_none(), setting.secret || setting.key == "clock", "{}", setting.key);
    }
}

#[test]
fn the_committed_page_is_current() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/SETTINGS.md");
    let committed = std::fs::read_to_string(page).unwrap();
    assert!(
        committed == as_markdown(),
        "make it anew: cargo run --bin cotmoc -- settings --markdown > docs/SETTINGS.md"
    );
}

#[test]
fn the_example_in_the_page_is_accepted_and_changes_nothing() {
    let page = as_markdown();
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(format!("{:?}", given(&[], &[], example)), format!("{:?}", given(&[], &[], "")));
}
