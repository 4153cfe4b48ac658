//! `cotmoc init`: from an empty database to a first province.

use std::{
    fmt::Write as _,
    io::{IsTerminal as _, stdin},
};

use chrono::{DateTime, NaiveDate, SecondsFormat};
use clap::Args;
use serde_json::{Value, json};

use super::{
    ApplyError, Work,
    catalogue::Entry,
    confirmed,
    desk::{By, Desk},
};
use crate::{
    cli::output,
    config::Config,
    database::{Database, Sharing},
};

const EXAMPLES: &str = "\
Examples:
  cotmoc init                               asks for what it needs, shows what it will make, and asks again
  cotmoc init --province \"Quảng Ngãi\" --code qng --admin quan.tri --office thuong.truc --yes
  cotmoc init --province \"Quảng Ngãi\" --code qng --print > province.json
                                            the same as a file: change it, then cotmoc apply province.json

It makes the people's committee of the province, its departments, the first administrator and the first person of the
standing office, and prints for each of them a token that sets the password. What comes next: docs/GUIDE.md, Starting a
province.";

/// The departments that a province has since the reform of 2025: end of the code, name, name in English, whether it is an office.
const DEPARTMENTS: [(&str, &str, &str, &str); 14] = [
    ("vp", "Văn phòng Ủy ban nhân dân tỉnh", "Office of the Provincial People's Committee", "OFFICE"),
    ("snv", "Sở Nội vụ", "Department of Home Affairs", "DEPARTMENT"),
    ("stp", "Sở Tư pháp", "Department of Justice", "DEPARTMENT"),
    ("stc", "Sở Tài chính", "Department of Finance", "DEPARTMENT"),
    ("sct", "Sở Công Thương", "Department of Industry and Trade", "DEPARTMENT"),
    ("snnmt", "Sở Nông nghiệp và Môi trường", "Department of Agriculture and Environment", "DEPARTMENT"),
    ("sxd", "Sở Xây dựng", "Department of Construction", "DEPARTMENT"),
    ("svhttdl", "Sở Văn hóa, Thể thao và Du lịch", "Department of Culture, Sports and Tourism", "DEPARTMENT"),
    ("skhcn", "Sở Khoa học và Công nghệ", "Department of Science and Technology", "DEPARTMENT"),
    ("sgddt", "Sở Giáo dục và Đào tạo", "Department of Education and Training", "DEPARTMENT"),
    ("syt", "Sở Y tế", "Department of Health", "DEPARTMENT"),
    ("sdttg", "Sở Dân tộc và Tôn giáo", "Department of Ethnic and Religious Affairs", "DEPARTMENT"),
    ("sngv", "Sở Ngoại vụ", "Department of Foreign Affairs", "DEPARTMENT"),
    ("thanh_tra", "Thanh tra tỉnh", "Provincial Inspectorate", "DEPARTMENT"),
];

/// Which province, and who begins. What is left out is asked for.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Init {
    /// Its name, without "tỉnh": Quảng Ngãi
    #[arg(long, value_name = "NAME")]
    province: Option<String>,
    /// What the codes of its agencies begin with: qng
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// First day on which its agencies are there [default: longer than the register looks back]
    #[arg(long, value_name = "DAY")]
    since: Option<NaiveDate>,
    /// Login of the first administrator [default: quan.tri]
    #[arg(long, value_name = "LOGIN")]
    admin: Option<String>,
    /// Login of the first person of the standing office [default: thuong.truc]
    #[arg(long, value_name = "LOGIN")]
    office: Option<String>,
    /// Print it as a file for `cotmoc apply`, and do nothing
    #[arg(long, conflicts_with = "yes")]
    print: bool,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
}

/// What a first province comes to.
struct First {
    file: Value,
    logins: [String; 2],
}

impl Init {
    /// Does it, on a database that it migrates first.
    pub async fn run(&self, config: &Config) -> Result<(), ApplyError> {
        let first = self.first()?;
        if self.print {
            let text = serde_json::to_string_pretty(&first.file);
            output::result(&(text.map_err(|error| ApplyError::Refused(error.to_string()))? + "\n"));
            return Ok(());
        }
        if !self.yes && !stdin().is_terminal() {
            return Err(ApplyError::Nobody);
        }
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.on(config, &database, &first).await;
        database.close().await?;
        done
    }

    async fn on(&self, config: &Config, database: &Database, first: &First) -> Result<(), ApplyError> {
        database.prepare().await?;
        let desk = Desk::new(config, database)?;
        let there = desk.ask(By::Administrator, "{ agencies(first: 1) { nodes { code } } }", Value::Null).await?;
        if let Some(code) = there.pointer("/agencies/nodes/0/code").and_then(Value::as_str) {
            let words =
                format!("this database holds agencies already ({code}): cotmoc init --print, then cotmoc apply");
            return Err(ApplyError::Refused(words));
        }
        let entries = Entry::read(&first.file).map_err(ApplyError::Refused)?;
        let work = Work::of(&desk, &entries).await?;
        output::result(&work.shown());
        if !self.yes && !confirmed()? {
            return Ok(());
        }
        let done = work.done(&desk).await?;
        let mut told = format!("{done} done\n");
        for login in &first.logins {
            let (token, until) = token(&desk, login).await?;
            let _ = writeln!(
                told,
                "{login} sets the password with this token (mutation setPasswordByReset), once, until {until}:\n{token}"
            );
        }
        output::result(&told);
        Ok(())
    }

    fn first(&self) -> Result<First, ApplyError> {
        let province = asked(self.province.as_deref(), "Name of the province, such as Quảng Ngãi", None)?;
        let code = asked(self.code.as_deref(), "What the codes of its agencies begin with, such as qng", None)?;
        let admin = asked(self.admin.as_deref(), "Login of the first administrator", Some("quan.tri"))?;
        let office =
            asked(self.office.as_deref(), "Login of the first person of the standing office", Some("thuong.truc"))?;
        let committee = format!("{code}.ubnd");
        let note = "Ghi nhận khi khởi tạo hệ thống";
        let head = json!({ "code": committee, "nameVi": format!("Ủy ban nhân dân tỉnh {province}"),
            "nameEn": format!("People's Committee of {province} Province"), "kind": "PEOPLES_COMMITTEE", "level": "PROVINCIAL",
            "block": "STATE", "province": province, "openedOn": self.since, "note": note });
        let departments = DEPARTMENTS.iter().map(|(end, vi, en, kind)| {
            json!({ "code": format!("{code}.{end}"), "nameVi": vi, "nameEn": en, "kind": kind, "level": "PROVINCIAL", "block": "STATE",
                "province": province, "parent": committee, "openedOn": self.since, "note": note })
        });
        let agencies: Vec<Value> = std::iter::once(head).chain(departments).collect();
        let accounts = json!([
            { "login": admin, "fullName": "Quản trị viên", "roles": [{ "role": "ADMINISTRATOR" }] },
            { "login": office, "fullName": "Cơ quan thường trực", "agency": committee,
                "roles": [{ "role": "STANDING_OFFICE", "agency": committee, "withBelow": true }] },
        ]);
        Ok(First { file: json!({ "agencies": agencies, "accounts": accounts }), logins: [admin, office] })
    }
}

/// What was given, or what somebody types, or the usual.
fn asked(given: Option<&str>, question: &str, usual: Option<&str>) -> Result<String, ApplyError> {
    if let Some(given) = given {
        return Ok(given.trim().to_owned());
    }
    if !stdin().is_terminal() {
        let missing = || ApplyError::Refused(format!("{question}: say it with an option (cotmoc init --help)"));
        return usual.map(str::to_owned).ok_or_else(missing);
    }
    let hint = usual.map(|usual| format!(" [{usual}]")).unwrap_or_default();
    output::result(&format!("{question}{hint}: "));
    let mut line = String::new();
    stdin().read_line(&mut line).map_err(|error| ApplyError::Refused(error.to_string()))?;
    match (line.trim(), usual) {
        ("", Some(usual)) => Ok(usual.to_owned()),
        ("", None) => Err(ApplyError::Refused(format!("{question}: nothing was said"))),
        (typed, _) => Ok(typed.to_owned()),
    }
}

/// What sets somebody's password, and until when.
async fn token(desk: &Desk, login: &str) -> Result<(String, String), ApplyError> {
    let account = "query Whose($login: String!) { account(login: $login) { id } }";
    let found = desk.ask(By::Administrator, account, json!({ "login": login })).await?;
    let made = "mutation Reset($input: AccountInput!) { it: createPasswordReset(input: $input) { token expiresAt userErrors { message } } }";
    let input = json!({ "account": found.pointer("/account/id") });
    let made = desk.ask(By::Administrator, made, json!({ "input": input })).await?;
    let text = |field: &str| made.pointer(field).and_then(Value::as_str).map(str::to_owned);
    let until = text("/it/expiresAt").and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
    let told = text("/it/token").zip(until.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)));
    told.ok_or_else(|| ApplyError::Refused(format!("no token for {login}: {made}")))
}
