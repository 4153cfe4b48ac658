//! Steps of a reorganisation, many at a time: with as many statements for one as for a thousand, and as if they were done one after
//! the other.

use std::collections::HashSet;

use auth::action::ManageAgencies;

use super::{
    Decided, Reorganised, Step,
    ending::{closed, divided, merged},
    keeping::{moved, renamed},
    of_codes,
    opening::{governs_with_another, opened},
};
use crate::{
    Acting, DbError, ViolationCode,
    input::{few, refused},
    violation::in_terms_of_input,
    writer::Writing,
};

/// The most steps that are done together.
const TOGETHER: usize = 1_000;

/// Steps by one document.
pub(super) struct Batches<'a> {
    pub(super) acting: &'a Acting<ManageAgencies>,
    pub(super) decided: &'a Decided,
    pub(super) steps: &'a [Step],
    /// Told how many are done.
    pub(super) progress: &'a (dyn Fn(usize) + Sync),
}

impl Batches<'_> {
    /// Does all of them. Of many that are refused together, half are tried alone, until it is known which one it is about: so a refusal is
    /// that of the first step that cannot be done.
    pub(super) async fn done(&self, writing: &mut Writing) -> Result<Vec<Reorganised>, DbError> {
        let mut all: Vec<Option<Reorganised>> = vec![None; self.steps.len()];
        let (mut looks_ahead, mut count) = (true, 0);
        while let Some(first) = all.iter().position(Option::is_none) {
            let mut rows = self.together(&all, first, looks_ahead);
            loop {
                let some: Vec<_> = rows.iter().filter_map(|row| self.steps.get(*row)).collect();
                match writing.attempt(async |writing| self.batch(writing, &some).await).await.map_err(in_terms_of_input)
                {
                    Ok(done) => {
                        count += done.len();
                        for (row, done) in rows.iter().zip(done) {
                            all.get_mut(*row).map(|place| place.replace(done));
                        }
                        break;
                    }
                    Err(DbError::Violated(_)) if looks_ahead => {
                        looks_ahead = false;
                        rows = self.together(&all, first, looks_ahead);
                    }
                    Err(DbError::Violated(_)) if rows.len() > 1 => rows.truncate(rows.len() / 2),
                    Err(error) => return Err(in_step(error, first, self.steps.get(first).and_then(Step::name))),
                }
            }
            (self.progress)(count);
        }
        let all: Vec<_> = all.into_iter().flatten().collect();
        self.areas_are_told_apart(writing, &all).await?;
        Ok(all)
    }

    /// The rows of steps that may be done together: those of the kind of the first, until one changes what another names, or names what
    /// another changes. Whoever looks ahead opens agencies before what stands above it and does not touch them: a file that opens one,
    /// merges others into it and opens the next needs as few statements as one that is sorted.
    fn together(&self, all: &[Option<Reorganised>], first: usize, looks_ahead: bool) -> Vec<usize> {
        let kind = self.steps.get(first).and_then(Step::name);
        let (mut rows, mut passed_over) = (Vec::new(), 0);
        let (mut changed, mut named) = (HashSet::new(), HashSet::new());
        let left = self.steps.iter().zip(all).enumerate().skip(first).filter(|(_, (_, done))| done.is_none());
        for (row, (step, _)) in left {
            let (own, others) = step.touched();
            let is_apart = own.iter().all(|code| !changed.contains(code) && !named.contains(code))
                && others.iter().all(|code| !changed.contains(code));
            if row == first || kind.is_some() && step.name() == kind && is_apart {
                rows.push(row);
            } else if looks_ahead && kind == Some("open") {
                passed_over += 1;
            } else {
                break;
            }
            if rows.len() == TOGETHER || passed_over == TOGETHER {
                break;
            }
            changed.extend(own);
            named.extend(others);
        }
        rows
    }

    /// Does steps of one kind that do not touch one another.
    async fn batch(&self, writing: &mut Writing, steps: &[&Step]) -> Result<Vec<Reorganised>, DbError> {
        let Self { acting, decided, .. } = self;
        let Some(first) = steps.first() else { return Ok(Vec::new()) };
        match first.name() {
            Some("open") => {
                let new: Vec<_> = steps.iter().filter_map(|step| step.open.as_ref()).collect();
                let ids = opened(acting, writing, &new, decided).await?;
                Ok(ids.into_iter().map(Reorganised::alone).collect())
            }
            Some("rename") => {
                let steps: Vec<_> = steps.iter().filter_map(|step| step.rename.as_ref()).collect();
                let before = of_codes(acting, writing, &codes(steps.iter().map(|step| &step.agency)), "agency").await?;
                let names = steps.iter().map(|step| &step.name);
                renamed(acting, writing, before.into_iter().zip(names).collect(), decided).await
            }
            Some("move") => {
                let steps: Vec<_> = steps.iter().filter_map(|step| step.relocate.as_ref()).collect();
                let before = of_codes(acting, writing, &codes(steps.iter().map(|step| &step.agency)), "agency").await?;
                let below = steps.iter().map(|step| step.parent.as_str());
                moved(acting, writing, &before.into_iter().zip(below).collect::<Vec<_>>(), decided).await
            }
            Some("merge") => self.merge(writing, steps).await,
            Some("split") => {
                let steps: Vec<_> = steps.iter().filter_map(|step| step.split.as_ref()).collect();
                let before = of_codes(acting, writing, &codes(steps.iter().map(|step| &step.agency)), "agency").await?;
                let shares = steps.iter().map(|step| &step.shares);
                divided(acting, writing, before.into_iter().zip(shares).collect(), decided).await
            }
            Some("close") => {
                let steps: Vec<_> = steps.iter().filter_map(|step| step.close.as_ref()).collect();
                let before = of_codes(acting, writing, &codes(steps.iter().map(|step| &step.agency)), "agency").await?;
                let successors = steps.iter().map(|step| step.successor.as_ref());
                closed(acting, writing, before.into_iter().zip(successors).collect(), decided).await
            }
            _ => Err(DbError::violated(ViolationCode::Incompatible, &["input"])),
        }
    }

    async fn merge(&self, writing: &mut Writing, steps: &[&Step]) -> Result<Vec<Reorganised>, DbError> {
        let steps: Vec<_> = steps.iter().filter_map(|step| step.merge.as_ref()).collect();
        for step in &steps {
            few(step.agencies.len(), "agencies")?;
        }
        let named = codes(steps.iter().flat_map(|step| &step.agencies));
        let mut ending = of_codes(self.acting, writing, &named, "agencies").await?.into_iter();
        let of_each = steps.iter().map(|step| (ending.by_ref().take(step.agencies.len()).collect(), &step.successor));
        merged(self.acting, writing, of_each.collect(), self.decided).await
    }

    /// Refused if an agency was opened for an area that another governs still.
    async fn areas_are_told_apart(&self, writing: &mut Writing, done: &[Reorganised]) -> Result<(), DbError> {
        let opened = self.steps.iter().zip(done).enumerate().filter(|(_, (step, _))| step.open.is_some());
        let opened: Vec<_> = opened.map(|(row, (_, done))| (row, done.agency)).collect();
        let ids: Vec<_> = opened.iter().map(|(_, id)| *id).collect();
        let Some(shared) = governs_with_another(writing, &ids).await? else { return Ok(()) };
        let row = opened.iter().find(|(_, id)| *id == shared).map_or(0, |(row, _)| *row);
        Err(in_step(refused(ViolationCode::Taken, "officialCode"), row, Some("open")))
    }
}

fn codes<'a>(codes: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    codes.map(String::as_str).collect()
}

/// What has to be mended, with the step it is about: `["input", "parent"]` becomes `["input", "steps", "3", "move", "parent"]`.
fn in_step(error: DbError, row: usize, name: Option<&'static str>) -> DbError {
    let DbError::Violated(mut broken) = error else { return error };
    for violation in &mut broken {
        // The day and the document are those of all steps.
        let of_all = violation.field.get(1).is_some_and(|field| ["on", "document"].contains(&field.as_ref()));
        if !of_all {
            let place = violation.field.len().min(1);
            let step = ["steps".into(), row.to_string().into()].into_iter().chain(name.map(Into::into));
            violation.field.splice(place..place, step);
        }
        violation.row = i32::try_from(row).ok();
    }
    DbError::Violated(broken)
}
