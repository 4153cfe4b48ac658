//! The whole country: its units as they were until 30 June 2025, and what became of them on 1 July.
//!
//! They are registered as they were, and then reorganised by the very steps of a `reorganise`. What is there already, be it of the demo
//! province or of an earlier load, is left as it is, so a load that broke off is completed by the next.

mod steps;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use auth::{Principal, Role};
use chrono::{DateTime, NaiveDate, Utc};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, QueryableByName,
    sql_types::{Array, Bool, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    KNOWN,
    id::id,
    insert::{Load, insert_new},
    patient,
    units::{self, Units, committee, own_name, there, was},
};
use crate::{
    Acting, Date, DbError, Once, Origin, Pool, Writer,
    agency::change::{Bulk, Decision, Reorganisation, reorganise_in_bulk},
    connection::{ConnectionSettings, driver_error},
    pool::PoolSettings,
    schema::document,
};

/// The resolution by which the provinces were rearranged.
const DOCUMENT: &str = "202/2025/QH15";
const NOTE: &str = "Nghị quyết 202/2025/QH15 sắp xếp đơn vị hành chính cấp tỉnh. Cấp xã được sắp xếp theo nhiều nghị quyết riêng của Ủy ban Thường vụ \
    Quốc hội, mỗi tỉnh một nghị quyết, và cấp huyện kết thúc hoạt động theo Luật Tổ chức chính quyền địa phương; các văn bản đó không được liệt kê ở đây.";
const FORMER: &str = "Đơn vị hành chính đến hết ngày 30/6/2025. Nguồn: bộ dữ liệu vietnamadminunits (giấy phép MIT).";

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NationProgress {
    /// The units until 30 June 2025 are in; so many of them are new.
    Registered {
        /// Agencies that were not there before.
        added: u64,
    },
    /// So many of the steps are done.
    Reorganised {
        /// Done.
        done: usize,
        /// Of how many.
        all: usize,
    },
}

/// What a load has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NationReport {
    /// Units registered as they were.
    pub registered: u64,
    /// Steps of the reorganisation by kind, such as `open`.
    pub steps: BTreeMap<&'static str, u64>,
}

impl NationReport {
    /// True if everything was there already.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.registered == 0 && self.steps.is_empty()
    }
}

/// An agency that is there, or was.
#[derive(Debug)]
struct Found {
    name: String,
    is_gone: bool,
    parent: Option<String>,
}

/// The people's committees of the database.
#[derive(Debug)]
struct Known {
    agencies: HashMap<String, Found>,
    /// Codes of the agencies by those of their provinces.
    provinces: HashMap<String, String>,
    /// Names of the provinces that are there now, by code.
    names: HashMap<&'static str, &'static str>,
}

impl Known {
    fn is_there(&self, agency: &str) -> bool {
        self.agencies.get(agency).is_some_and(|found| !found.is_gone)
    }

    /// The code of the agency of a province.
    fn province(&self, code: &str) -> String {
        let named = self.provinces.get(code).cloned();
        named.unwrap_or_else(|| if self.names.contains_key(code) { there(code) } else { was(code) })
    }
}

/// Loads whatever of the country is missing, as the owner of the tables, after the demo.
#[boxed]
pub async fn load<'a>(
    owner: &'a ConnectionSettings,
    (today, now): (NaiveDate, DateTime<Utc>),
    progress: &'a (dyn Fn(NationProgress) + Sync),
) -> Result<NationReport, DbError> {
    let units = Units::read()?;
    let settings = owner.with_limits(patient());
    let guard = settings.client().await?;
    guard.batch_execute("SELECT pg_advisory_lock(hashtext('cotmoc demo'))").await.map_err(driver_error)?;
    let mut connection = settings.connect().await?;
    connection.batch_execute(KNOWN).await?;
    let known = known(&mut connection, &units).await?;
    let mut report = NationReport {
        registered: register(&mut connection, &units, &known, (today, now)).await?,
        ..NationReport::default()
    };
    progress(NationProgress::Registered { added: report.registered });
    connection.batch_execute(UPKEEP).await?;

    let steps = steps::steps(&units, &self::known(&mut connection, &units).await?);
    let all = steps.len();
    for name in steps.iter().filter_map(crate::agency::change::Step::name) {
        *report.steps.entry(name).or_default() += 1;
    }
    if all > 0 {
        let pool = Pool::new(
            &settings.with_setting("cotmoc.known_at", "recorded"),
            PoolSettings { size: 1, acquire_timeout: Duration::from_secs(10) },
        );
        let writer = Writer::new(pool, now, Date(today), Origin::default());
        let operator = Principal::operator_as(Role::Administrator);
        let acting = Acting::new(Once::without_key(writer), &operator).map_err(DbError::internal)?;
        let decision = Decision {
            on: Date(first_day()?),
            document: DOCUMENT.to_owned(),
            clause: None,
            note: Some(NOTE.to_owned()),
            dry_run: false,
        };
        let told = |done| progress(NationProgress::Reorganised { done, all });
        reorganise_in_bulk(&acting, &Bulk { says: Reorganisation { steps, decision }, file: None }, &told).await?;
    }
    locate(&mut connection, &units).await?;
    if !report.is_unchanged() {
        connection.batch_execute(UPKEEP).await?;
    }
    Ok(report)
}

/// The planner would otherwise guess until the server's own upkeep comes round.
const UPKEEP: &str =
    "ANALYZE agency, agency_placement, agency_succession, agency_succession_party, agency_name, document_relation";

/// The ids of what a load has made.
pub(super) async fn ids(connection: &mut AsyncPgConnection) -> Result<Vec<Uuid>, DbError> {
    let units = Units::read()?;
    let codes: Vec<String> = units.agencies().collect();
    let found = diesel::sql_query("SELECT id FROM agency WHERE code = ANY ($1)").bind::<Array<Text>, _>(codes);
    let found: Vec<Id> = found.load(connection).await?;
    Ok(found.into_iter().map(|row| row.id).chain([id("document", DOCUMENT)]).collect())
}

/// The first day of the new order.
fn first_day() -> Result<NaiveDate, DbError> {
    NaiveDate::from_ymd_opt(2025, 7, 1).ok_or_else(|| DbError::internal("no such day"))
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    official_code: Option<String>,
    #[diesel(sql_type = Bool)]
    is_gone: bool,
    #[diesel(sql_type = Nullable<Text>)]
    parent: Option<String>,
}

async fn known(connection: &mut AsyncPgConnection, units: &Units) -> Result<Known, DbError> {
    const KNOWN_AGENCIES: &str = "SELECT agency.code, agency.name_vi AS name, agency.official_code, agency.closed_on IS NOT NULL AS is_gone, parent.code AS parent \
        FROM agency LEFT JOIN agency_placement place ON place.agency_id = agency.id AND place.valid_until IS NULL LEFT JOIN agency parent ON parent.id = place.parent_id \
        WHERE agency.kind = 'PEOPLES_COMMITTEE'";
    let rows: Vec<Row> = diesel::sql_query(KNOWN_AGENCIES).load(connection).await?;
    let provinces = rows.iter().filter_map(|row| Some((row.official_code.clone()?, row.code.clone())));
    let provinces = provinces.filter(|(official, _)| official.len() == 2).collect();
    let names = units.provinces.iter().filter_map(|province| Some((province.code, province.name?))).collect();
    let found = rows.into_iter().map(|Row { code, name, is_gone, parent, .. }| (code, Found { name, is_gone, parent }));
    Ok(Known { agencies: found.collect(), provinces, names })
}

/// A unit as it was until 30 June 2025.
struct Former {
    code: String,
    name: String,
    level: &'static str,
    province: &'static str,
    official_code: &'static str,
    parent: Option<String>,
}

/// The units until 30 June 2025 of which nothing is known.
fn missing(units: &Units, known: &Known) -> Vec<Former> {
    let name_of_province: HashMap<_, _> =
        units.provinces.iter().map(|unit| (unit.code, own_name(unit.name_before))).collect();
    let province_of_district: HashMap<_, _> = units.districts.iter().map(|unit| (unit.code, unit.province)).collect();
    let went_on: HashSet<_> = units.communes.iter().filter(|it| it.went_on()).map(|it| it.code).collect();
    let named = |code: &str| name_of_province.get(code).copied().unwrap_or_default();
    let provinces = units.provinces.iter().map(|unit| Former {
        code: known.province(unit.code),
        name: committee(unit.name_before),
        level: "PROVINCIAL",
        province: named(unit.code),
        official_code: unit.code,
        parent: None,
    });
    let districts = units.districts.iter().map(|unit| Former {
        code: was(unit.code),
        name: committee(unit.name),
        level: "DISTRICT",
        province: named(unit.province),
        official_code: unit.code,
        parent: Some(known.province(unit.province)),
    });
    let communes = units.before.iter().map(|unit| Former {
        code: if went_on.contains(unit.code) { there(unit.code) } else { was(unit.code) },
        name: committee(unit.name),
        level: "COMMUNE",
        province: province_of_district.get(unit.district).map(|code| named(code)).unwrap_or_default(),
        official_code: unit.code,
        parent: Some(was(unit.district)),
    });
    provinces.chain(districts).chain(communes).filter(|unit| !known.agencies.contains_key(&unit.code)).collect()
}

/// Registers the document, and the units as they were; tells how many of them are new.
async fn register(
    connection: &mut AsyncPgConnection,
    units: &Units,
    known: &Known,
    (today, now): (NaiveDate, DateTime<Utc>),
) -> Result<u64, DbError> {
    const AGENCIES: &str = "INSERT INTO agency (id, code, name_vi, kind, level, province, official_code, note) \
        SELECT id, code, name, 'PEOPLES_COMMITTEE', level, province, official_code, $7 \
        FROM unnest($1, $2, $3, $4, $5, $6) AS unit (id, code, name, level, province, official_code) RETURNING id";
    const PLACES: &str = "INSERT INTO agency_placement (id, agency_id, parent_id, stated) \
        SELECT unit.id, unit.agency_id, parent.id, false FROM unnest($1, $2, $3) AS unit (id, agency_id, parent) JOIN agency parent ON parent.code = unit.parent";
    let former = missing(units, known);
    let added = former.len() as u64;
    let work = async |connection: &mut AsyncPgConnection| {
        let mut counts = BTreeMap::new();
        let mut load = Load { connection, today, now, added: &mut counts, created: Vec::new() };
        let resolution = (
            document::id.eq(id("document", DOCUMENT)),
            (document::code.eq(DOCUMENT), document::symbol.eq(DOCUMENT), document::symbol_complete.eq(true)),
            document::kind.eq("RESOLUTION"),
            document::title.eq("Sắp xếp đơn vị hành chính cấp tỉnh"),
            document::issuer_id.eq(id("agency", "tw.quoc_hoi")),
            document::issued_on.eq(NaiveDate::from_ymd_opt(2025, 6, 12)),
            document::issued_precision.eq("DAY"),
            document::status.eq("ISSUED"),
            document::note.eq(NOTE),
        );
        let new = insert_new!(load, document, document::id => document::id, [resolution].into_iter());
        load.created("document", new);
        let made: Vec<Id> = diesel::sql_query(AGENCIES)
            .bind::<Array<SqlUuid>, _>(former.iter().map(|unit| id("agency", &unit.code)).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(former.iter().map(|unit| unit.code.as_str()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(former.iter().map(|unit| unit.name.as_str()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(former.iter().map(|unit| unit.level).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(former.iter().map(|unit| unit.province).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(former.iter().map(|unit| unit.official_code).collect::<Vec<_>>())
            .bind::<Text, _>(FORMER)
            .load(load.connection)
            .await?;
        let placed: Vec<_> = former.iter().filter_map(|unit| Some((&unit.code, unit.parent.as_deref()?))).collect();
        diesel::sql_query(PLACES)
            .bind::<Array<SqlUuid>, _>(placed.iter().map(|(code, _)| id("agency_placement", code)).collect::<Vec<_>>())
            .bind::<Array<SqlUuid>, _>(placed.iter().map(|(code, _)| id("agency", code)).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(placed.iter().map(|(_, parent)| *parent).collect::<Vec<_>>())
            .execute(load.connection)
            .await?;
        load.created("agency", made.into_iter().map(|row| row.id).collect());
        load.announce().await
    };
    connection.transaction::<_, DbError, _>(work).await?;
    Ok(added)
}

/// Says roughly where the communes are, and how large. No step of a reorganisation says that.
async fn locate(connection: &mut AsyncPgConnection, units: &Units) -> Result<(), DbError> {
    const LOCATE: &str = "UPDATE agency SET latitude = unit.latitude, longitude = unit.longitude, \
            note = concat_ws(' ', note, 'Diện tích khoảng ' || unit.area || ' km².', 'Tọa độ gần đúng.') \
        FROM unnest($1, $2, $3, $4) AS unit (code, latitude, longitude, area) WHERE agency.code = unit.code AND agency.latitude IS NULL";
    let of = |number: fn(&units::Commune) -> Decimal| units.communes.iter().map(number).collect::<Vec<_>>();
    let areas = units.communes.iter().map(|it| it.area_km2.map(|area| area.to_string().replace('.', ",")));
    diesel::sql_query(LOCATE)
        .bind::<Array<Text>, _>(units.communes.iter().map(|commune| there(commune.code)).collect::<Vec<_>>())
        .bind::<Array<Numeric>, _>(of(|commune| commune.latitude))
        .bind::<Array<Numeric>, _>(of(|commune| commune.longitude))
        .bind::<Array<Nullable<Text>>, _>(areas.collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}
