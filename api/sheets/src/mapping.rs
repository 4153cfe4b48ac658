//! Headings of somebody's own, in the place of those of a form.

use std::collections::BTreeSet;

use crate::{
    form::Form,
    issue::quoted,
    read::{Row, Value},
    text,
};

/// Which headings stand for which columns of a form. What is read below such a heading is read below no other.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    columns: Vec<Own>,
}

/// A heading of somebody's own.
#[derive(Debug, Clone)]
struct Own {
    /// The place of the column in the form.
    column: usize,
    heading: String,
    folded: String,
}

impl Mapping {
    /// Headings, each with the key of its column. Keys that the form does not have are left out.
    pub fn new<'a>(form: &Form, columns: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let columns = columns.into_iter().filter_map(|(heading, key)| {
            let (column, folded) = (form.index(key)?, text::folded(heading));
            Some(Own { column, heading: text::clean(heading), folded })
        });
        Self { columns: columns.collect() }
    }

    /// The column of the form whose heading this is: by these, or by the form's own for the columns that have none here.
    pub(crate) fn column_of(&self, form: &Form, heading: &str) -> Option<usize> {
        let folded = text::folded(heading);
        match self.columns.iter().find(|it| it.folded == folded) {
            Some(own) => Some(own.column),
            None => form.column_of(heading).filter(|n| self.columns.iter().all(|it| it.column != *n)),
        }
    }

    /// The headings that are not among those columns, for a message; none if there are none.
    pub(crate) fn unread(&self, is_found: impl Fn(usize) -> bool) -> Option<String> {
        let unread = self.columns.iter().filter(|it| !is_found(it.column)).map(|it| quoted(&it.heading));
        let unread: Vec<String> = unread.collect();
        (!unread.is_empty()).then(|| unread.join(", "))
    }

    /// A heading of these that stands more than once in a row.
    pub(crate) fn twice(&self, row: &Row) -> Option<&str> {
        let mut seen = BTreeSet::new();
        row.cells.iter().find_map(|cell| {
            let Value::Text(heading) = &cell.value else { return None };
            let folded = text::folded(heading);
            let own = self.columns.iter().find(|it| it.folded == folded)?;
            (!seen.insert(own.column)).then_some(own.heading.as_str())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::FORM;

    #[test]
    fn a_heading_of_ones_own_wins_and_what_has_one_has_no_other() {
        let mapping =
            Mapping::new(&FORM, [("KQ thực hiện quý", "value"), ("Thực hiện", "note"), ("Cột lạ", "khong_co")]);
        let key = |heading: &str| {
            mapping.column_of(&FORM, heading).and_then(|n| FORM.columns.get(n)).map(|it| it.key).unwrap_or_default()
        };
        let headings = ["KQ THỰC HIỆN (QUÝ)", "Thực hiện", "Giá trị", "Ghi chú", "Mã chỉ tiêu", "Cột lạ"];
        assert_eq!(headings.map(key), ["value", "note", "", "", "indicator", ""]);
        let value = FORM.index("value");
        assert_eq!(mapping.unread(|n| Some(n) == value).as_deref(), Some("“Thực hiện”"));
        assert_eq!(mapping.unread(|_| true), None);
    }
}
