//! `cotmoc user`: accounts, by whoever has the server. For the first administrator, and for emergencies.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io::{IsTerminal as _, stdin},
    sync::Arc,
};

use auth::{
    Acts, Permit, Principal,
    password::{Password, Passwords},
};
use chrono::{NaiveDate, SecondsFormat};
use clap::{Args, Subcommand};
use db::{
    Acting, Date, DbError, Id, Once, Origin, Reader, ViolationCode, Writer,
    account::{self, Account, AccountFilter, AccountStatus, NewAccount, OneAccount},
    enums::Language,
    noun::{Coded as _, Listed as _, ListedBelow as _},
    page::{MAX_PAGE, Page, Slice},
    password,
    role_grant::{self, GrantEnd, NewGrant, Role, RoleGrant, RoleGrantFilter, RoleGrantLink},
    second_factor,
};
use schema::payload;
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use super::output;
use crate::{
    config::{Config, secret},
    database::{Database, DatabaseError, Sharing},
};

const EXAMPLES: &str = "\
Examples:
  cotmoc user create quan.tri --full-name \"Đỗ Văn Quản\" --admin --second-factor
                                            the first administrator: asks for a password, and
                                            prints what the authenticator app is given
  cotmoc user create lan --full-name \"Nguyễn Thị Lan\" --agency qng.skhcn --link
                                            prints a token by which she sets her password
  cotmoc user grant lan REPORTER --agency qng.skhcn
  cotmoc user reset-password lan --link
  cotmoc user reset-password lan --mail     sends her the token by e-mail
  cotmoc user disable lan                   ends her sessions at once";

/// What to do with accounts.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an account, and set its password
    Create {
        /// What the person will type to sign in: an e-mail address or a name
        login: String,
        /// The person's name
        #[arg(long, value_name = "NAME")]
        full_name: String,
        /// E-mail address
        #[arg(long, value_name = "ADDRESS")]
        email: Option<String>,
        /// Code of the agency the person belongs to, whose administrators then keep the account
        #[arg(long, value_name = "CODE")]
        agency: Option<String>,
        /// Make the person an administrator of everything
        #[arg(long)]
        admin: bool,
        /// Set a second factor up at once, and print what an authenticator app is given, and the recovery codes: roles that wait
        /// for a second factor can be used at the first sign-in
        #[arg(long)]
        second_factor: bool,
        #[command(flatten)]
        how: How,
    },
    /// Show all accounts
    List,
    /// Let nobody sign in with an account any more, and end its sessions
    Disable {
        /// Its login
        login: String,
    },
    /// Let a disabled account be used again
    Enable {
        /// Its login
        login: String,
    },
    /// Grant a role
    Grant {
        /// To whom: the login
        login: String,
        /// `REPORTER`, `HEAD`, `STANDING_OFFICE`, `LEADER`, `INSPECTOR` or `ADMINISTRATOR`
        role: Role,
        /// Code of the agency at which; without it everywhere, for inspectors and administrators only
        #[arg(long, value_name = "CODE")]
        agency: Option<String>,
        /// At the agencies below as well
        #[arg(long, requires = "agency")]
        with_below: bool,
        /// First day [default: today]
        #[arg(long, value_name = "DAY")]
        from: Option<NaiveDate>,
        /// Last day
        #[arg(long, value_name = "DAY")]
        until: Option<NaiveDate>,
    },
    /// End the roles of that name that an account holds
    EndRole {
        /// Whose: the login
        login: String,
        /// The role
        role: Role,
    },
    /// Set another password, and end the sessions
    ResetPassword {
        /// Whose: the login
        login: String,
        #[command(flatten)]
        how: How,
    },
    /// Take the second factor away, for somebody who has lost it, and end the sessions
    ResetSecondFactor {
        /// Whose: the login
        login: String,
    },
}

/// Where a password comes from; a terminal is asked for it.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct How {
    /// Read the password from standard input, one line
    #[arg(long)]
    password_stdin: bool,
    /// Print a token instead, good for half an hour, by which the person sets it (`setPasswordByReset`)
    #[arg(long)]
    link: bool,
    /// Send such a token to the person's address; for a first password it is good for three days
    #[arg(long)]
    mail: bool,
}

impl How {
    /// The password; none where a token is wanted.
    fn password(&self) -> Result<Option<String>, DatabaseError> {
        let asked =
            |typed: std::io::Result<String>| typed.map_err(|error| invalid(format!("cannot read a password: {error}")));
        if self.link || self.mail || !(self.password_stdin || stdin().is_terminal()) {
            return Ok(None);
        }
        if self.password_stdin {
            let mut line = String::new();
            asked(stdin().read_line(&mut line).map(|_| line.trim_end_matches(['\r', '\n']).to_owned())).map(Some)
        } else {
            let first = asked(rpassword::prompt_password("Password (12 characters or more): "))?;
            let again = asked(rpassword::prompt_password("The same again: "))?;
            if first == again { Ok(Some(first)) } else { Err(invalid("the two are not the same".to_owned())) }
        }
    }
}

impl User {
    /// Does it, on a database that it migrates first.
    pub async fn run(&self, config: &Config) -> Result<(), DatabaseError> {
        let password = match &self.action {
            Action::Create { how, .. } | Action::ResetPassword { how, .. } => how.password()?,
            _ => None,
        };
        let database = Database::open(config, Sharing::Join).await?;
        let done = Office::open(config, &database).await;
        let done = match done {
            Ok(office) => office.act(&self.action, password).await.map_err(in_words),
            Err(error) => Err(error),
        };
        database.close().await?;
        output::result(&done?);
        Ok(())
    }
}

/// What the commands work with.
struct Office {
    config: Config,
    principal: Principal,
    reader: Arc<Reader>,
    writer: Writer,
    passwords: Passwords,
}

impl Office {
    async fn open(config: &Config, database: &Database) -> Result<Self, DatabaseError> {
        database.prepare().await?;
        let (principal, clock, pool) = (Principal::operator(), config.clock(), database.pool());
        let today = Date(clock.today());
        Ok(Self {
            config: config.clone(),
            reader: Reader::new(pool.clone(), principal.scope(), today),
            writer: clock.writer(pool.clone(), Origin::default()).with_mail(config.mail.is_some()),
            passwords: Passwords::new(config.access.password_cost.clone(), 1),
            principal,
        })
    }

    /// A command is done as often as it is given.
    fn acting<A: Acts>(&self) -> Result<Acting<A>, DbError> {
        Acting::new(Once::without_key(self.writer.clone()), &self.principal).map_err(DbError::internal)
    }

    fn permit<A: Acts>(&self) -> Result<Permit<A>, DbError> {
        self.principal.permit().map_err(DbError::internal)
    }

    async fn account(&self, login: &str) -> Result<Account, DbError> {
        let found = Account::by_codes(&self.reader, &[account::login(login)]).await?;
        found.into_iter().next().ok_or_else(|| DbError::Refused(format!("there is no account {login:?}")))
    }

    async fn act(&self, action: &Action, password: Option<String>) -> Result<String, DbError> {
        match action {
            Action::Create { login, full_name, email, agency, admin, second_factor, how } => {
                // Before anything is written: an account without its password would be in the way of the next try.
                let names = [Some(login), Some(full_name), email.as_ref()].into_iter().flatten().cloned().collect();
                self.accept(password.as_deref(), names).await?;
                if how.mail {
                    self.can_mail_to(email.as_deref())?;
                }
                let new = NewAccount {
                    login: login.clone(),
                    full_name: full_name.clone(),
                    email: email.clone(),
                    language: Language::default(),
                    agency: agency.clone(),
                };
                let made = account::create(&self.acting()?, new).await?;
                let mut words = format!("{} is made\n", made.login);
                if *admin {
                    words += &self.grant(&made, Role::Administrator, None, false, (None, None)).await?;
                }
                words += &self.set_password(&made, password, how.mail).await?;
                if *second_factor {
                    words += &self.set_up_factor(&made).await?;
                }
                Ok(words)
            }
            Action::List => self.list().await,
            Action::Disable { login } => {
                let account = self.account(login).await?;
                account::disable(&self.acting()?, one(&account)).await?;
                Ok(format!("{} is disabled, and signed out within seconds\n", account.login))
            }
            Action::Enable { login } => {
                let account = self.account(login).await?;
                account::enable(&self.acting()?, one(&account)).await?;
                Ok(format!("{} may be used again\n", account.login))
            }
            Action::Grant { login, role, agency, with_below, from, until } => {
                let account = self.account(login).await?;
                self.grant(&account, *role, agency.clone(), *with_below, (*from, *until)).await
            }
            Action::EndRole { login, role } => self.end_role(&self.account(login).await?, *role).await,
            Action::ResetPassword { login, how } => {
                let account = self.account(login).await?;
                self.set_password(&account, password, how.mail).await
            }
            Action::ResetSecondFactor { login } => {
                let account = self.account(login).await?;
                account::reset_second_factor(&self.acting()?, one(&account)).await?;
                Ok(format!("{} has no second factor now\n", account.login))
            }
        }
    }

    /// Refuses a password that is not accepted for somebody with these names.
    async fn accept(&self, password: Option<&str>, names: Vec<String>) -> Result<(), DbError> {
        if let Some(new) = password {
            password::accept(&self.passwords, new.into(), names, &["password"]).await?;
        }
        Ok(())
    }

    /// Refuses what nobody would send, or to nobody.
    fn can_mail_to(&self, email: Option<&str>) -> Result<(), DbError> {
        match (email, &self.config.mail) {
            (None, _) => Err(DbError::violated(ViolationCode::NoAddress, &["email"])),
            (_, None) => Err(DbError::violated(ViolationCode::NoMail, &["mail"])),
            _ => Ok(()),
        }
    }

    /// By the same way as a link: its rules hold, and all sessions end. Or the link goes to the person by e-mail.
    async fn set_password(&self, account: &Account, password: Option<String>, mail: bool) -> Result<String, DbError> {
        if account.status == AccountStatus::Disabled {
            let login = &account.login;
            return Err(DbError::Refused(format!("{login} is disabled: cotmoc user enable {login}")));
        }
        if mail {
            account::mail_password_reset(&self.acting()?, one(account)).await?;
            return Ok(format!("{} is sent a token by e-mail (cotmoc mail)\n", account.login));
        }
        let (_, reset) = account::create_password_reset(&self.writer, &self.permit()?, account.id).await?;
        match password {
            Some(new) => {
                let new = Password::from(new.as_str());
                password::use_reset(&self.writer, &self.permit()?, &self.passwords, &reset.token, new).await?;
                Ok(format!("{} has a new password\n", account.login))
            }
            None => Ok(format!(
                "{} sets the password with this token (mutation setPasswordByReset), once, until {}:\n{}\n",
                account.login,
                reset.expires_at.to_rfc3339_opts(SecondsFormat::Secs, true),
                reset.token.expose_secret()
            )),
        }
    }

    /// Sets a second factor up, and tells what the person needs for it, once.
    async fn set_up_factor(&self, account: &Account) -> Result<String, DbError> {
        let sealer = secret::sealer(&self.config).map_err(|error| DbError::Settings(error.to_string()))?;
        let (begun, codes) =
            second_factor::set_up(&self.writer, &self.permit()?, &sealer, account.id, &account.login).await?;
        let codes: Vec<_> = codes.iter().map(|code| format!("  {}\n", code.expose_secret())).collect();
        Ok(format!(
            "{} signs in with a code of an authenticator app. Give the app this, as a QR code or typed in:\n  {}\n  {}\n\
             If the app is lost, one of these instead, each once:\n{}",
            account.login,
            begun.url.expose_secret(),
            begun.secret.expose_secret(),
            codes.concat()
        ))
    }

    async fn grant(
        &self,
        account: &Account,
        role: Role,
        agency: Option<String>,
        with_below: bool,
        (from, until): (Option<NaiveDate>, Option<NaiveDate>),
    ) -> Result<String, DbError> {
        let place = agency.clone().unwrap_or_else(|| "everywhere".to_owned());
        let new = NewGrant {
            account: Id::of(account.id),
            role,
            agency,
            with_below,
            valid_from: from.map(Date),
            valid_until: until.map(Date),
        };
        role_grant::grant(&self.acting()?, new).await?;
        Ok(format!("{} is {} ({place})\n", account.login, role.as_str()))
    }

    /// The roles held today, by account.
    async fn held(&self, accounts: &[Uuid]) -> Result<HashMap<Uuid, Slice<RoleGrant>>, DbError> {
        let today = RoleGrantFilter { roles: None, on: Some(self.reader.today()) };
        let page = Page { size: MAX_PAGE, ..Page::default() };
        RoleGrant::list_each(&self.reader, accounts, RoleGrantLink::Account, &today, (), &page).await
    }

    async fn end_role(&self, account: &Account, role: Role) -> Result<String, DbError> {
        let held = self.held(&[account.id]).await?;
        let held = held.into_values().flat_map(|slice| slice.rows);
        let mut ended = 0;
        for grant in held.filter(|grant| grant.role == role) {
            let end = GrantEnd { grant: Id::of(grant.id), valid_until: None };
            role_grant::end(&self.acting()?, end).await?;
            ended += 1;
        }
        if ended == 0 {
            return Err(DbError::Refused(format!("{} does not hold {}", account.login, role.as_str())));
        }
        Ok(format!("{} is {} no more\n", account.login, role.as_str()))
    }

    async fn list(&self) -> Result<String, DbError> {
        let (filter, mut table, mut from) = (AccountFilter::default(), String::new(), None);
        loop {
            let page = Page { size: MAX_PAGE, from, backward: false };
            let slice = Account::list(&self.reader, &filter, (), &page).await?;
            let ids: Vec<Uuid> = slice.rows.iter().map(|account| account.id).collect();
            let held = self.held(&ids).await?;
            for account in &slice.rows {
                let grants = held.get(&account.id).map(|slice| slice.rows.as_slice()).unwrap_or_default();
                let roles: Vec<_> = grants.iter().map(|grant| grant.role.as_str()).collect();
                let state = if account.status == AccountStatus::Active { "" } else { "disabled  " };
                let _ = writeln!(table, "{:<28} {:<28} {state}{}", account.login, account.full_name, roles.join(", "));
            }
            match slice.rows.last().filter(|_| slice.more) {
                Some(last) => from = Some(last.cursor(())),
                None => break,
            }
        }
        Ok(if table.is_empty() { "there are none; cotmoc user create --help\n".to_owned() } else { table })
    }
}

fn one(account: &Account) -> OneAccount {
    OneAccount { account: Id::of(account.id) }
}

/// In the words of whoever typed the command.
fn in_words(error: DbError) -> DatabaseError {
    match error {
        DbError::Violated(broken) => invalid(payload::in_words(&broken)),
        error => error.into(),
    }
}

fn invalid(words: String) -> DatabaseError {
    DbError::Refused(words).into()
}
