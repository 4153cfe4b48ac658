//! Imports (nhập tệp): files that were sent, how far they have come, and what has to be mended in them.

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    import::{
        Import as Row, ImportColumn, ImportError as ErrorRow, ImportErrorFilter, ImportErrorLink, ImportFilter,
        ImportMapping as MappingRow, ImportMappingFilter, NewMapping, OldMapping, OneImport, cancel, delete, save,
    },
};
use uuid::Uuid;

use crate::{
    accounts::Account,
    agencies::Agency,
    language::Language,
    mutation::mutations,
    object::{language, object, one, root_lists},
    page::{Answer, known},
    payload::{message, payload},
    permissions::viewer_can,
    viewer::viewer,
};

/// The path at which a file is sent, and below which its copy with the errors is.
pub const PATH: &str = "/files/imports";

object! {
    /// A file that was sent (nhập tệp), and how far it has come. Seen by whoever submits figures for its agency.
    Import shows Row, by SubmitMeasurement;
    {
        /// The agency that reports
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.agency_id).await
        }

        /// Who sent it; null for a machine, and for whom the viewer may not see
        async fn created_by(&self, context: &Context<'_>) -> Answer<Account> {
            one(context, self.row.created_by).await
        }

        /// The headings of its own by which it is read, at most 40: those that the mapping had when it was sent. Null if it is read by those
        /// of the form alone
        fn columns(&self) -> Option<Vec<ImportColumn>> {
            self.row.headings.as_ref().map(|it| it.0.clone())
        }

        /// Path of a copy of the file with the errors beside its cells, to be fetched with the same token; it is there until seven days
        /// after the import has ended
        fn copy_path(&self) -> String {
            format!("{PATH}/{}.xlsx", db::Id::<Row>::of(self.row.id))
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        fn viewer_can(&self, context: &Context<'_>) -> Option<ImportPermissions> {
            let viewer = &viewer(context).principal;
            Some(ImportPermissions::of(|action| self.row.is_open(viewer, action)))
        }
    }
    /// What has to be mended in it, in the order of the file
    errors: ImportError (ImportErrorFilter) = ImportErrorLink::Import;
}

viewer_can! {
    /// What the viewer may do with an import now, by their roles and its state.
    ImportPermissions {
        /// Stop it
        cancel: SubmitMeasurement,
    }
}

object! {
    /// Something that has to be mended in a file.
    ImportError shows ErrorRow, by SubmitMeasurement;
    {
        /// The column in letters, such as `B`; null if it is about no column
        fn column(&self) -> Option<String> {
            self.row.column_number.and_then(|it| u32::try_from(it).ok()).map(letters)
        }

        /// What to say to the person
        fn message(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The language; that of the request if left out")] language: Option<Language>,
        ) -> String {
            message(&self.row.violation(), self::language(context, language))
        }
    }
}

object! {
    /// Which headings of an agency's own sheet stand for which columns of the form (ánh xạ cột). Seen, saved and deleted by whoever submits
    /// figures for the agency.
    ImportMapping shows MappingRow, by SubmitMeasurement;
    {
        /// The agency that reports
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.agency_id).await
        }

        /// The headings, at most 40, each with the field that stands below it
        fn columns(&self) -> Vec<ImportColumn> {
            self.row.headings.0.clone()
        }
    }
}

/// A column in letters: `A` for 0, `AA` for 26.
#[must_use]
pub fn letters(column: u32) -> String {
    let (mut rest, mut back) = (column + 1, Vec::new());
    while rest > 0 {
        rest -= 1;
        back.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    back.into_iter().rev().collect()
}

root_lists! {
    ImportQuery;
    {
        /// The import of that id; null if there is none, or if the viewer may not see it
        #[graphql(directive = Auth::apply(Action::SubmitMeasurement))]
        async fn import(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its id")] import: db::Id<Row>,
        ) -> Answer<Import> {
            if let Err(error) = known(context, Action::SubmitMeasurement) {
                return Some(Err(error));
            }
            one(context, import.uuid().unwrap_or(Uuid::nil())).await
        }
    }
    /// Files that were sent for agencies for which the viewer submits figures, the latest first
    imports: Import (ImportFilter);
    /// Mappings of agencies for which the viewer submits figures, by name
    import_mappings: ImportMapping (ImportMappingFilter);
}

payload! {
    /// What became of an import that was to be stopped.
    CancelImportPayload by SubmitMeasurement, with current {
        /// The import; null if nothing was written
        import: Import
    }
}

payload! {
    /// What became of a mapping that was to be saved.
    SaveImportMappingPayload by SubmitMeasurement {
        /// The mapping; null if nothing was written
        mapping: ImportMapping
    }
}

payload! {
    /// What became of a mapping that was to be deleted.
    DeleteImportMappingPayload by SubmitMeasurement, with current {
        /// The mapping as it was; null if nothing was written
        mapping: ImportMapping
    }
}

mutations! {
    ImportMutation;
    /// Stops an import: of the rows that are not done by then, nothing is written; what was written stands
    cancel_import(OneImport, "Which") -> CancelImportPayload of import by SubmitMeasurement = cancel;
    /// Saves which headings of an agency's own sheet stand for which columns of the form, under a name. In the place of one of that name if
    /// its version is given; one that says the same already stays as it is
    save_import_mapping(NewMapping, "The mapping") -> SaveImportMappingPayload by SubmitMeasurement = save;
    /// Deletes a mapping. Files that were sent with it are read by it to their end
    delete_import_mapping(OldMapping, "Which") -> DeleteImportMappingPayload of mapping by SubmitMeasurement = delete;
}
