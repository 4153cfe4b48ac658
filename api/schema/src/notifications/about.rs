//! What notifications are about, as their reader sees it when they read.

use std::collections::HashMap;

use db::{
    DbError, Reader,
    agency::Agency,
    directive::Directive,
    notification::{AgenciesOf, Notification},
    noun::{Batch, Noun as _},
    recommendation::Recommendation,
    webhook::WebhookItself,
};
use derive::boxed;
use uuid::Uuid;

use super::{sum, words::About};

/// What a notification is about; nothing if its reader does not see that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AboutOf {
    notification: Uuid,
    directive: Option<Uuid>,
    recommendation: Option<Uuid>,
    webhook: Option<Uuid>,
}

impl AboutOf {
    pub(super) const fn row(row: &Notification) -> Self {
        Self {
            notification: row.id,
            directive: row.directive_id,
            recommendation: row.recommendation_id,
            webhook: row.webhook_id,
        }
    }

    /// What has a title, or an address.
    fn titled(&self) -> Option<Uuid> {
        self.directive.or(self.recommendation).or(self.webhook)
    }
}

impl Batch for AboutOf {
    type Value = About;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, About>, DbError> {
        let directives: Vec<Uuid> = keys.iter().filter_map(|key| key.directive).collect();
        let recommendations: Vec<Uuid> = keys.iter().filter_map(|key| key.recommendation).collect();
        let webhooks: Vec<WebhookItself> = keys.iter().filter_map(|key| key.webhook.map(WebhookItself)).collect();
        let of_figures = keys.iter().filter(|key| key.titled().is_none());
        let of_figures: Vec<AgenciesOf> = of_figures.map(|key| AgenciesOf(key.notification)).collect();
        let given = Directive::by_ids(reader, &directives).await?;
        let mut titles: HashMap<Uuid, String> = given.into_iter().map(|it| (it.id, it.title)).collect();
        let asked = Recommendation::by_ids(reader, &recommendations).await?;
        titles.extend(asked.into_iter().map(|it| (it.id, it.text)));
        let sent = WebhookItself::load(reader, &webhooks).await?;
        titles.extend(sent.into_values().flatten().map(|it| (it.id, it.url.clone())));
        let agencies = AgenciesOf::load(reader, &of_figures).await?;
        let only =
            agencies.values().filter_map(|all| if let [only] = all.as_slice() { Some(only.agency_id) } else { None });
        let names = Agency::by_ids(reader, &only.collect::<Vec<_>>()).await?;
        let names: HashMap<Uuid, String> = names.into_iter().map(|it| (it.id, it.name_vi)).collect();
        let about = |key: &Self| {
            if let Some(titled) = key.titled() {
                return Some(About::Titled(titles.get(&titled)?.clone()));
            }
            let all = agencies.get(&AgenciesOf(key.notification)).filter(|all| !all.is_empty())?;
            let agency = if let [only] = all.as_slice() { names.get(&only.agency_id).cloned() } else { None };
            Some(About::Figures { figures: sum(all), agencies: all.len(), agency })
        };
        Ok(keys.iter().filter_map(|key| Some((*key, about(key)?))).collect())
    }
}
